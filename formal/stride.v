(* Chapter "Stride": strides, dilations and paddings for rows and columns, and transposed convolution. *)
From Book Require Import definitions one_map.
Set Implicit Arguments.
Unset Strict Implicit.

(* def-stride-forward: y_{i,j} = b + sum_{u,v} w_{u,v} x_{i s_h + u, j s_w + v} *)
Definition forward (A : comRingType) (s_h s_w K_h K_w : int) (w x : int -> int -> A) (b : A) (i j : int) : A :=
  b + \Sum_(u < K_h) \Sum_(v < K_w) (w u v * x (i * s_h + u) (j * s_w + v)).

(* def-stride-general-forward, with x-tilde on the right *)
Definition general_forward (A : comRingType) (s_h s_w d_h d_w p_h p_w H W K_h K_w : int)
    (w x : int -> int -> A) (b : A) (i j : int) : A :=
  b + \Sum_(u < K_h) \Sum_(v < K_w)
    (w u v * ext2 H W x (i * s_h + d_h * u - p_h) (j * s_w + d_w * v - p_w)).

(* def-stride-dilated: delta with zeros between its entries *)
Definition dilated (R : comRingType) (s_h s_w H_o W_o : int) (delta : int -> int -> R) (r q : int) : R :=
  \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * [is i * s_h == r] * [is j * s_w == q]).

(* def-stride-transposed *)
Definition transposed (A : comRingType) (s_h s_w d_h d_w p_h p_w H_o W_o K_h K_w : int)
    (w y : int -> int -> A) (r q : int) : A :=
  \Sum_(u < K_h) \Sum_(v < K_w)
    (dilated s_h s_w H_o W_o y (p_h + r - d_h * u) (p_w + q - d_w * v) * w u v).

Section Stride.
Variables (R : comRingType) (s_h s_w d_h d_w p_h p_w H W K_h K_w H_o W_o : int).
Variables (w x delta : int -> int -> R) (b : R).

(* eq-single-kernel-chain-rule *)
Definition chain_rule (y : int -> int -> {poly R}) : R :=
  \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * slope (y i j)).

Theorem eq_stride_kernel_gradient (u v : int) :
  0 <= u < K_h -> 0 <= v < K_w ->
  chain_rule (forward s_h s_w K_h K_w (move2 w u v) (still2 x) b%:P)
  = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * x (i * s_h + u) (j * s_w + v)).
Proof. exact: (by_tap (fun i u => i * s_h + u) (fun j v => j * s_w + v)). Qed.

(* Where a tap and an output meet, for both of the next theorems. *)
Lemma derived (r q : int) :
  chain_rule (forward s_h s_w K_h K_w (still2 w) (move2 x r q) b%:P)
  = pairs (fun i u => i * s_h + u) (fun j v => j * s_w + v) K_h K_w H_o W_o delta (fun _ _ => w) r q.
Proof. by apply: by_pixel => i j; exact: slope_moved. Qed.

(* Output (i, j) reads pixel (r, q) with tap (r - i s_h, q - j s_w), if there is one. *)
Theorem eq_stride_input_gradient (r q : int) :
  chain_rule (forward s_h s_w K_h K_w (still2 w) (move2 x r q) b%:P)
  = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * ext2 K_h K_w w (r - i * s_h) (q - j * s_w)).
Proof. by rewrite derived; apply: pairs_by_outputs => i j; lia. Qed.

(* The backward pass is one of stride 1, over the delta with zeros between its entries. *)
Theorem eq_stride_dilated (r q : int) :
  chain_rule (forward s_h s_w K_h K_w (still2 w) (move2 x r q) b%:P)
  = \Sum_(u < K_h) \Sum_(v < K_w) (dilated s_h s_w H_o W_o delta (r - u) (q - v) * w u v).
Proof.
rewrite derived /pairs sum2_swap; apply: eq_sum2 => u v _ _.
rewrite sum2_mul; apply: eq_sum2 => i j _ _.
rewrite (_ : (i * s_h + u == r) = (i * s_h == r - u)); last lia.
rewrite (_ : (j * s_w + v == q) = (j * s_w == q - v)); last lia.
ring_is.
Qed.

(* Of the taps 0, ..., K - 1 those of phase alpha are alpha + m s, for m = 0, ..., floor((K - alpha - 1) / s). *)
Lemma sum_phase (s K alpha : int) (f : int -> R) : 0 <= alpha < s ->
  (forall u : int, u != alpha + ((u - alpha) %/ s)%Z * s -> f u = 0) ->
  \Sum_(u < K) f u = \Sum_(m < ((K - alpha - 1) %/ s)%Z + 1) f (alpha + m * s).
Proof.
move=> phase_in other_phases; have s_pos : 0 < s by lia.
have tap (m : int) : (0 <= alpha + m * s < K) = (0 <= m < ((K - alpha - 1) %/ s)%Z + 1).
  have -> : (m < ((K - alpha - 1) %/ s)%Z + 1) = (m * s <= K - alpha - 1) by rewrite -lez_divRL //; lia.
  have -> : (0 <= alpha + m * s) = (0 <= m) by apply/idP/idP; nia.
  by lia.
transitivity (\Sum_(m < ((K - alpha - 1) %/ s)%Z + 1) \Sum_(u < K) ([is u == alpha + m * s] * f u)); last first.
  by apply: eq_sum => m m_in; rewrite pick tap m_in mul1r.
rewrite sum_swap; apply: eq_sum => u u_in.
case: (altP (u =P alpha + ((u - alpha) %/ s)%Z * s)) => [u_is|other]; last first.
  by rewrite other_phases //; under eq_sum => m _ do rewrite mulr0; rewrite sum_zero.
transitivity (\Sum_(m < ((K - alpha - 1) %/ s)%Z + 1) ([is m == ((u - alpha) %/ s)%Z] * f u)).
  by rewrite pick -tap -u_is u_in mul1r.
by apply: eq_sum => m _; congr ([is _] * _); rewrite [in RHS]u_is; nia.
Qed.

(* Every s-th pixel, from alpha on, is a correlation of stride 1 with every s-th tap, from alpha on. *)
Theorem eq_stride_polyphase (A B alpha beta : int) :
  0 <= alpha < s_h -> 0 <= beta < s_w ->
  chain_rule (forward s_h s_w K_h K_w (still2 w) (move2 x (A * s_h + alpha) (B * s_w + beta)) b%:P)
  = \Sum_(m < ((K_h - alpha - 1) %/ s_h)%Z + 1) \Sum_(k < ((K_w - beta - 1) %/ s_w)%Z + 1)
      (ext2 H_o W_o delta (A - m) (B - k) * w (alpha + m * s_h) (beta + k * s_w)).
Proof.
move=> alpha_in beta_in; rewrite derived /pairs sum2_swap.
have meet (s a phase i m : int) : 0 <= phase < s -> (i * s + (phase + m * s) == a * s + phase) = (i == a - m) by nia.
have miss (s a phase i u : int) : 0 < s -> u != phase + ((u - phase) %/ s)%Z * s -> i * s + u != a * s + phase.
  move=> s_pos; apply: contra => /eqP meets; rewrite (_ : u = phase + (a - i) * s); last by lia.
  by rewrite [phase + _ - phase]addrC addKr mulzK //; lia.
have s_h_pos : 0 < s_h by lia. have s_w_pos : 0 < s_w by lia.
rewrite (@sum_phase s_h K_h alpha) // => [|u other]; last first.
  rewrite -(sum_zero _ K_w); apply: eq_sum => v _; rewrite -(sum2_zero _ H_o W_o); apply: eq_sum2 => i j _ _.
  by rewrite (isF _ (miss s_h A alpha i u s_h_pos other)) !mul0r.
apply: eq_sum => m _; rewrite (@sum_phase s_w K_w beta) // => [|v other]; last first.
  rewrite -(sum2_zero _ H_o W_o); apply: eq_sum2 => i j _ _.
  by rewrite (isF _ (miss s_w B beta j v s_w_pos other)) mulr0 !mul0r.
apply: eq_sum => k _; rewrite -pick2 sum2_mul; apply: eq_sum2 => i j _ _.
by rewrite !meet.
Qed.

(* If the stride divides the kernel, every phase has M = K / s taps. *)
Theorem eq_stride_divides (M_h M_w A B alpha beta : int) :
  0 <= alpha < s_h -> 0 <= beta < s_w -> K_h = M_h * s_h -> K_w = M_w * s_w ->
  chain_rule (forward s_h s_w K_h K_w (still2 w) (move2 x (A * s_h + alpha) (B * s_w + beta)) b%:P)
  = \Sum_(m < M_h) \Sum_(k < M_w)
      (ext2 H_o W_o delta (A - m) (B - k) * w (alpha + m * s_h) (beta + k * s_w)).
Proof.
have taps (M s phase : int) : 0 <= phase < s -> ((M * s - phase - 1) %/ s)%Z + 1 = M.
  move=> phase_in; rewrite (_ : M * s - phase - 1 = (M - 1) * s + (s - phase - 1)); last by lia.
  by rewrite divzMDl ?divz_small; lia.
by move=> alpha_in beta_in K_h_is K_w_is; rewrite eq_stride_polyphase // {1}K_h_is {1}K_w_is !taps.
Qed.

(* --- Dilation and padding --- *)

Theorem eq_stride_general_kernel_gradient (u v : int) :
  0 <= u < K_h -> 0 <= v < K_w ->
  chain_rule (general_forward s_h s_w d_h d_w p_h p_w H W K_h K_w (move2 w u v) (still2 x) b%:P)
  = \Sum_(i < H_o) \Sum_(j < W_o)
      (delta i j * ext2 H W x (d_h * u + i * s_h - p_h) (d_w * v + j * s_w - p_w)).
Proof.
move=> tap_u tap_v; transitivity (\Sum_(i < H_o) \Sum_(j < W_o)
    (delta i j * ext2 H W x (i * s_h + d_h * u - p_h) (j * s_w + d_w * v - p_w))); last first.
  by apply: eq_sum2 => i j _ _; congr (_ * ext2 _ _ _ _ _); lia.
rewrite -(@by_tap (fun i u => i * s_h + d_h * u - p_h) (fun j v => j * s_w + d_w * v - p_w)
            K_h K_w H_o W_o R delta w (ext2 H W x) b u v) //.
apply: eq_sum2 => i j _ _; congr (_ * slope (_ + _)); apply: eq_sum2 => u' v' _ _.
by rewrite ext2_still2.
Qed.

Theorem eq_stride_general_pairs (r q : int) : 0 <= r < H -> 0 <= q < W ->
  let chi_h i u r := [is i * s_h + d_h * u - p_h == r] in
  let chi_w j v q := [is j * s_w + d_w * v - p_w == q] in
  chain_rule (general_forward s_h s_w d_h d_w p_h p_w H W K_h K_w (still2 w) (move2 x r q) b%:P)
  = \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(u < K_h) \Sum_(v < K_w)
      (chi_h i u r * chi_w j v q * delta i j * w u v).
Proof.
move=> r_in q_in; apply: (by_pixel (fun i u => i * s_h + d_h * u - p_h) (fun j v => j * s_w + d_w * v - p_w)) => i j.
exact: slope_ext2_move2.
Qed.

Theorem eq_stride_general_dilated (r q : int) : 0 <= r < H -> 0 <= q < W ->
  chain_rule (general_forward s_h s_w d_h d_w p_h p_w H W K_h K_w (still2 w) (move2 x r q) b%:P)
  = \Sum_(u < K_h) \Sum_(v < K_w)
      (dilated s_h s_w H_o W_o delta (p_h + r - d_h * u) (p_w + q - d_w * v) * w u v).
Proof.
move=> r_in q_in; rewrite eq_stride_general_pairs // sum2_swap; apply: eq_sum2 => u v _ _.
rewrite sum2_mul; apply: eq_sum2 => i j _ _.
rewrite (_ : (i * s_h + d_h * u - p_h == r) = (i * s_h == p_h + r - d_h * u)); last lia.
rewrite (_ : (j * s_w + d_w * v - p_w == q) = (j * s_w == p_w + q - d_w * v)); last lia.
ring_is.
Qed.

(* The map z of H by W pixels has the gradient zeta.  Backward through a transposed convolution is
   a convolution: forward with the same stride, dilation and padding. *)
Theorem eq_stride_transposed_backward (zeta y : int -> int -> R) (i j : int) :
  0 <= i < H_o -> 0 <= j < W_o ->
  \Sum_(r < H) \Sum_(q < W) (zeta r q *
    slope (transposed s_h s_w d_h d_w p_h p_w H_o W_o K_h K_w (still2 w) (move2 y i j) r q))
  = \Sum_(u < K_h) \Sum_(v < K_w)
      (ext2 H W zeta (d_h * u + i * s_h - p_h) (d_w * v + j * s_w - p_w) * w u v).
Proof.
move=> i_in j_in.
have spread (r q : int) : slope (dilated s_h s_w H_o W_o (move2 y i j) r q) = [is i * s_h == r] * [is j * s_w == q].
  rewrite slope_sum2 -[RHS](ext2_inside (fun i j => [is i * s_h == r] * [is j * s_w == q]) i_in j_in) -pick2.
  apply: eq_sum2 => k l _ _.
  have still (P : bool) : [is P] = [is P]%:P :> {poly R} by case: P; rewrite /bracket ?polyC1 ?polyC0.
  by rewrite !still !slope_scaled_right slope_moved -mulrA.
transitivity (\Sum_(r < H) \Sum_(q < W) \Sum_(u < K_h) \Sum_(v < K_w)
    ([is r == d_h * u + i * s_h - p_h] * [is q == d_w * v + j * s_w - p_w] * zeta r q * w u v)).
  apply: eq_sum2 => r q _ _; rewrite slope_sum2 mul_sum2; apply: eq_sum2 => u v _ _.
  rewrite slope_scaled_right spread.
  rewrite (_ : (i * s_h == p_h + r - d_h * u) = (r == d_h * u + i * s_h - p_h)); last lia.
  rewrite (_ : (j * s_w == p_w + q - d_w * v) = (q == d_w * v + j * s_w - p_w)); last lia.
  ring_is.
by rewrite sum2_swap; apply: eq_sum2 => u v _ _; rewrite -pick2 sum2_mul.
Qed.
End Stride.
