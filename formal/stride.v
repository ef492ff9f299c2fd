(* Chapter "Stride": one map and one kernel, with a stride for rows and one for columns. *)
From Book Require Import definitions one_map.
Set Implicit Arguments.
Unset Strict Implicit.

(* def-stride-forward: y_{i,j} = b + sum_{u,v} w_{u,v} x_{i s_h + u, j s_w + v} *)
Definition forward (A : comRingType) (s_h s_w K_h K_w : int) (w x : int -> int -> A) (b : A) (i j : int) : A :=
  b + \Sum_(u < K_h) \Sum_(v < K_w) (w u v * x (i * s_h + u) (j * s_w + v)).

(* def-stride-dilated: delta with zeros between its entries *)
Definition dilated (R : comRingType) (s_h s_w H_o W_o : int) (delta : int -> int -> R) (r q : int) : R :=
  \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * [is i * s_h == r] * [is j * s_w == q]).

Section Stride.
Variables (R : comRingType) (s_h s_w K_h K_w H_o W_o : int).
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
Theorem eq_stride_polyphase (r_bar q_bar alpha beta : int) :
  0 <= alpha < s_h -> 0 <= beta < s_w ->
  chain_rule (forward s_h s_w K_h K_w (still2 w) (move2 x (r_bar * s_h + alpha) (q_bar * s_w + beta)) b%:P)
  = \Sum_(m < ((K_h - alpha - 1) %/ s_h)%Z + 1) \Sum_(k < ((K_w - beta - 1) %/ s_w)%Z + 1)
      (ext2 H_o W_o delta (r_bar - m) (q_bar - k) * w (alpha + m * s_h) (beta + k * s_w)).
Proof.
move=> alpha_in beta_in; rewrite derived /pairs sum2_swap.
have meet (s a phase i m : int) : 0 <= phase < s -> (i * s + (phase + m * s) == a * s + phase) = (i == a - m) by nia.
have miss (s a phase i u : int) : 0 < s -> u != phase + ((u - phase) %/ s)%Z * s -> i * s + u != a * s + phase.
  move=> s_pos; apply: contra => /eqP meets; rewrite (_ : u = phase + (a - i) * s); last by lia.
  by rewrite [phase + _ - phase]addrC addKr mulzK //; lia.
have s_h_pos : 0 < s_h by lia. have s_w_pos : 0 < s_w by lia.
rewrite (@sum_phase s_h K_h alpha) // => [|u other]; last first.
  rewrite -(sum_zero _ K_w); apply: eq_sum => v _; rewrite -(sum2_zero _ H_o W_o); apply: eq_sum2 => i j _ _.
  by rewrite (isF _ (miss s_h r_bar alpha i u s_h_pos other)) !mul0r.
apply: eq_sum => m _; rewrite (@sum_phase s_w K_w beta) // => [|v other]; last first.
  rewrite -(sum2_zero _ H_o W_o); apply: eq_sum2 => i j _ _.
  by rewrite (isF _ (miss s_w q_bar beta j v s_w_pos other)) mulr0 !mul0r.
apply: eq_sum => k _; rewrite -pick2 sum2_mul; apply: eq_sum2 => i j _ _.
by rewrite !meet.
Qed.

(* If the stride divides the kernel, every phase has K' = K / s taps. *)
Theorem eq_stride_divides (K'_h K'_w r_bar q_bar alpha beta : int) :
  0 <= alpha < s_h -> 0 <= beta < s_w -> K_h = K'_h * s_h -> K_w = K'_w * s_w ->
  chain_rule (forward s_h s_w K_h K_w (still2 w) (move2 x (r_bar * s_h + alpha) (q_bar * s_w + beta)) b%:P)
  = \Sum_(m < K'_h) \Sum_(k < K'_w)
      (ext2 H_o W_o delta (r_bar - m) (q_bar - k) * w (alpha + m * s_h) (beta + k * s_w)).
Proof.
have taps (K' s phase : int) : 0 <= phase < s -> ((K' * s - phase - 1) %/ s)%Z + 1 = K'.
  move=> phase_in; rewrite (_ : K' * s - phase - 1 = (K' - 1) * s + (s - phase - 1)); last by lia.
  by rewrite divzMDl ?divz_small; lia.
by move=> alpha_in beta_in K_h_is K_w_is; rewrite eq_stride_polyphase // {1}K_h_is {1}K_w_is !taps.
Qed.
End Stride.
