(* Chapter "Fast convolution": the layer as one product of matrices. *)
From Book Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.

(* Every tap and channel has one column C (K_w u + v) + c: the three sums are one. *)
Lemma sum_columns (R : comRingType) (K_h K_w C : int) (f : int -> R) : 0 <= K_h -> 0 <= K_w -> 0 <= C ->
  \Sum_(e < K_h * K_w * C) f e = \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C) f (C * (K_w * u + v) + c).
Proof.
move=> K_h_pos K_w_pos C_pos; rewrite sum_blocks //; last exact: Num.Theory.mulr_ge0.
by rewrite sum_blocks.
Qed.

Section Columns.
Variables (R : comRingType) (s_h s_w d_h d_w p_h p_w H W K_h K_w C : int).
Variables (x w rows : int -> int -> int -> int -> R) (columns : int -> int -> R) (b : int -> R).
Hypotheses (K_h_pos : 0 <= K_h) (K_w_pos : 0 <= K_w) (C_pos : 0 <= C).

Definition seen (n r q c : int) : R := ext2 H W (fun r q => x n r q c) r q.

(* def-notation-forward *)
Definition forward (n i j f : int) : R :=
  b f + \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C)
    (w u v c f * seen n (i * s_h + d_h * u - p_h) (j * s_w + d_w * v - p_w) c).

(* def-fast-convolution-columns: rows is the book's R, columns is w with one index for tap and channel *)
Hypothesis rows_are : forall n i j u v c : int, 0 <= u < K_h -> 0 <= v < K_w -> 0 <= c < C ->
  rows n i j (C * (K_w * u + v) + c) = seen n (i * s_h + d_h * u - p_h) (j * s_w + d_w * v - p_w) c.
Hypothesis columns_are : forall u v c f : int, 0 <= u < K_h -> 0 <= v < K_w -> 0 <= c < C ->
  columns (C * (K_w * u + v) + c) f = w u v c f.

Theorem eq_fast_convolution_product (n i j f : int) :
  forward n i j f = b f + \Sum_(e < K_h * K_w * C) (rows n i j e * columns e f).
Proof.
rewrite sum_columns //; congr (_ + _); apply: eq_sum2 => u v u_in v_in; apply: eq_sum => c c_in.
by rewrite rows_are // columns_are // mulrC.
Qed.

(* def-fast-convolution-lines: first along the rows of the map, then down its columns *)
Theorem eq_fast_convolution_two_steps (n i j f : int) :
  let a n r j v c := seen n r (j * s_w + d_w * v - p_w) c in
  forward n i j f
  = b f + \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C) (a n (d_h * u + i * s_h - p_h) j v c * w u v c f).
Proof.
move=> a; congr (_ + _); apply: eq_sum2 => u v _ _; apply: eq_sum => c _.
by rewrite mulrC /a [d_h * u + _]addrC.
Qed.
End Columns.

Section Product.
Variables (R : comRingType) (N H_o W_o D F : int).
Variables (rows delta : int -> int -> int -> int -> R) (w : int -> int -> R) (b : int -> R).

Definition product (A : comRingType) (rows : int -> int -> int -> int -> A) (w : int -> int -> A) (b : int -> A)
    (n i j f : int) : A :=
  b f + \Sum_(e < D) (rows n i j e * w e f).

(* eq-multiple-kernels-chain-rule *)
Definition chain_rule (y : int -> int -> int -> int -> {poly R}) : R :=
  \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(f < F) (delta n i j f * slope (y n i j f)).

Theorem eq_fast_convolution_kernel_gradient (e f : int) : 0 <= e < D -> 0 <= f < F ->
  chain_rule (product (still4 rows) (move2 w e f) (still1 b))
  = \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) (rows n i j e * delta n i j f).
Proof.
move=> e_in f_in; apply: eq_sum => n _; apply: eq_sum2 => i j _ _.
transitivity (\Sum_(f' < F) ([is f' == f] * (rows n i j e * delta n i j f'))); last by rewrite pick isT // mul1r.
apply: eq_sum => f' _; rewrite slope_add slope_const add0r slope_sum.
transitivity (delta n i j f' * \Sum_(e' < D) ([is e' == e] * ([is f' == f] * rows n i j e'))).
  by congr (_ * _); apply: eq_sum => e' _; rewrite slope_scaled slope_moved; ring_is.
by rewrite pick isT // mul1r; ring_is.
Qed.

Theorem eq_fast_convolution_field_gradient (n i j e : int) :
  0 <= n < N -> 0 <= i < H_o -> 0 <= j < W_o -> 0 <= e < D ->
  chain_rule (product (move4 rows n i j e) (still2 w) (still1 b)) = \Sum_(f < F) (delta n i j f * w e f).
Proof.
move=> n_in i_in j_in e_in.
transitivity (\Sum_(n' < N) ([is n' == n] * \Sum_(i' < H_o) \Sum_(j' < W_o)
    ([is i' == i] * [is j' == j] * \Sum_(f < F) (delta n' i' j' f * w e f)))); last first.
  by rewrite pick isT // mul1r pick2 ext2_inside.
apply: eq_sum => n' _; rewrite mul_sum2; apply: eq_sum2 => i' j' _ _; rewrite !mul_sum; apply: eq_sum => f _.
rewrite slope_add slope_const add0r slope_sum.
transitivity (delta n' i' j' f * \Sum_(e' < D) ([is e' == e] * ([is n' == n] *
    ([is i' == i] * [is j' == j]) * w e' f))).
  by congr (_ * _); apply: eq_sum => e' _; rewrite slope_scaled_right slope_moved; ring_is.
by rewrite pick isT // mul1r; ring_is.
Qed.
End Product.
