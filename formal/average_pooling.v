(* Chapter "Average pooling": every pixel of a window gets an equal share. *)
From Book Require Import definitions one_map.
Import Order.Theory Num.Theory.
Set Implicit Arguments.
Unset Strict Implicit.

(* def-average-pooling-forward, with share i j = 1 / (K_h K_w) or 1 / n_{i,j}, and x-tilde on the right *)
Definition forward (A : comRingType) (s_h s_w p_h p_w H W K_h K_w : int) (share : int -> int -> A)
    (x : int -> int -> A) (i j : int) : A :=
  share i j * \Sum_(u < K_h) \Sum_(v < K_w) ext2 H W x (i * s_h + u - p_h) (j * s_w + v - p_w).

(* def-average-pooling-taps *)
Definition taps (F : fieldType) (K_h K_w u v : int) : F := if (0 <= u < K_h) && (0 <= v < K_w) then 1 else 0.

Section AveragePooling.
Variables (F : fieldType) (s_h s_w p_h p_w H W K_h K_w H_o W_o : int).
Variables (x delta n : int -> int -> F).
Local Notation m := (taps F K_h K_w).
Local Notation o := (taps F H W).
Local Notation area := (K_h%:~R * K_w%:~R : F).

Definition chain_rule (y : int -> int -> {poly F}) : F :=
  \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * slope (y i j)).

Definition pool (share : int -> int -> F) (x : int -> int -> {poly F}) : int -> int -> {poly F} :=
  forward s_h s_w p_h p_w H W K_h K_w (still2 share) x.
Local Notation mean := (pool (fun _ _ => area^-1)).

Lemma derived (share : int -> int -> F) (r q : int) : 0 <= r < H -> 0 <= q < W ->
  chain_rule (pool share (move2 x r q))
  = pairs (fun i u => i * s_h + u - p_h) (fun j v => j * s_w + v - p_w) K_h K_w H_o W_o delta
      (fun i j _ _ => share i j) r q.
Proof.
move=> r_in q_in; rewrite -(@by_pixel _ _ _ _ _ _ _ _ _ (ext2 H W (move2 x r q)) 0) => [|i j].
  by apply: eq_sum2 => i j _ _; rewrite /reading add0r /pool /forward mul_sum2.
exact: slope_ext2_move2.
Qed.

Lemma by_window (share : int -> int -> F) (r q : int) : 0 <= r < H -> 0 <= q < W ->
  chain_rule (pool share (move2 x r q))
  = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * m (p_h + r - i * s_h) (p_w + q - j * s_w) * share i j).
Proof.
move=> r_in q_in; rewrite derived //.
transitivity (\Sum_(i < H_o) \Sum_(j < W_o)
    (delta i j * ext2 K_h K_w (fun _ _ => share i j) (p_h + r - i * s_h) (p_w + q - j * s_w))).
  by apply: pairs_by_outputs => i j; lia.
by apply: eq_sum2 => i j _ _; rewrite /ext2 /taps; case: ifP => _; ring.
Qed.

Theorem eq_average_pooling_input_gradient (r q : int) : 0 <= r < H -> 0 <= q < W ->
  chain_rule (mean (move2 x r q))
  = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * m (p_h + r - i * s_h) (p_w + q - j * s_w) / (K_h%:~R * K_w%:~R)).
Proof. exact: by_window. Qed.

(* Each window divided by a number of its own, such as the number of its pixels inside the map. *)
Theorem eq_average_pooling_inside (r q : int) : 0 <= r < H -> 0 <= q < W ->
  chain_rule (pool (fun i j => (n i j)^-1) (move2 x r q))
  = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * m (p_h + r - i * s_h) (p_w + q - j * s_w) / n i j).
Proof. exact: by_window. Qed.

(* The total: each delta times the part of its window that lies inside the map. *)
Theorem eq_average_pooling_total :
  \Sum_(r < H) \Sum_(q < W) chain_rule (mean (move2 x r q))
  = \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(u < K_h) \Sum_(v < K_w)
      (delta i j * o (i * s_h + u - p_h) (j * s_w + v - p_w) / (K_h%:~R * K_w%:~R)).
Proof.
under eq_sum2 => r q r_in q_in do rewrite derived // /pairs.
rewrite [LHS]sum2_swap; apply: eq_sum2 => i j _ _; rewrite [LHS]sum2_swap; apply: eq_sum2 => u v _ _.
transitivity (ext2 H W (fun _ _ => delta i j / area) (i * s_h + u - p_h) (j * s_w + v - p_w)).
  by rewrite -pick2; apply: eq_sum2 => r q _ _; rewrite ![_ == r]eq_sym ![_ == q]eq_sym; ring_is.
by rewrite /ext2 /taps; case: ifP => _; rewrite ?mulr1 // mulr0 mul0r.
Qed.

(* Stride 1, no padding: a convolution with a constant kernel. *)
Theorem eq_average_pooling_stride_one (r q : int) : s_h = 1 -> s_w = 1 -> p_h = 0 -> p_w = 0 ->
  0 <= r < H -> 0 <= q < W ->
  chain_rule (mean (move2 x r q))
  = \Sum_(u < K_h) \Sum_(v < K_w) (ext2 H_o W_o delta (r - u) (q - v) / (K_h%:~R * K_w%:~R)).
Proof.
move=> s_h_1 s_w_1 p_h_0 p_w_0 r_in q_in; rewrite derived //.
by apply: (@pairs_by_taps _ _ _ _ _ _ _ _ (fun _ _ => area^-1)) => k u; lia.
Qed.

(* Windows side by side: pixel (i K + u, j K + v) lies in window (i, j) alone. *)
Theorem eq_average_pooling_side_by_side (i j u v : int) : s_h = K_h -> s_w = K_w -> p_h = 0 -> p_w = 0 ->
  0 <= u < K_h -> 0 <= v < K_w -> 0 <= i * K_h + u < H -> 0 <= j * K_w + v < W ->
  chain_rule (mean (move2 x (i * K_h + u) (j * K_w + v))) = ext2 H_o W_o delta i j / (K_h%:~R * K_w%:~R).
Proof.
move=> s_h_is s_w_is p_h_0 p_w_0 u_in v_in r_in q_in; rewrite by_window //.
rewrite -pick2 sum2_mul; apply: eq_sum2 => i' j' _ _; congr (_ * _).
rewrite /taps p_h_0 p_w_0 s_h_is s_w_is !side_by_side // /bracket.
by case: (i' == i); case: (j' == j); rewrite /= ?mulr1 ?mul1r ?mulr0 ?mul0r.
Qed.

(* The mean of the whole map: one window of H by W pixels. *)
Theorem eq_average_pooling_global (r q : int) :
  0 <= r < H -> 0 <= q < W ->
  slope ((delta 0 0)%:P * \Sum_(u < H) \Sum_(v < W) (move2 x r q u v * ((H%:~R * W%:~R)^-1)%:P))
  = delta 0 0 / (H%:~R * W%:~R).
Proof.
move=> r_in q_in; rewrite slope_scaled slope_sum2; congr (_ * _).
under eq_sum2 => u v _ _ do rewrite slope_scaled_right slope_moved.
by rewrite pick2 ext2_inside.
Qed.
End AveragePooling.
