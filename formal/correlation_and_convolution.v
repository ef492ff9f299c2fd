(* Chapter "Correlation and convolution": sizes, flips, and stacks of two. *)
From Book Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.

Section Maps.
Variable R : comRingType.

(* def-correlation-and-convolution-correlation, and -convolution: the map x has H rows and W columns,
   the kernel w has K_h rows and K_w columns *)
Definition correlation (H W K_h K_w : int) (x w : int -> int -> R) (i j : int) : R :=
  \Sum_(u < K_h) \Sum_(v < K_w) (w u v * ext2 H W x (i + u) (j + v)).
Definition convolution (H W K_h K_w : int) (x w : int -> int -> R) (i j : int) : R :=
  \Sum_(u < K_h) \Sum_(v < K_w) (w u v * ext2 H W x (i - u) (j - v)).

Variables (H W K_h K_w : int) (x w : int -> int -> R).

(* The minus sign moved to the kernel: the sums run from 1 - K to 0. *)
Theorem eq_correlation_and_convolution_negated (i j : int) :
  convolution H W K_h K_w x w i j
  = \Sum_(1 - K_h <= u <= 0) \Sum_(1 - K_w <= v <= 0) (ext2 H W x (i + u) (j + v) * w (- u) (- v)).
Proof.
rewrite !(_ : forall K, 0 - (1 - K) + 1 = K :> int); [|by move=> K; lia|by move=> K; lia].
rewrite /convolution sum_reverse; apply: eq_sum => u _; rewrite sum_reverse; apply: eq_sum => v _.
by rewrite mulrC; congr (ext2 _ _ _ _ _ * w _ _); lia.
Qed.

(* A convolution is a correlation with the turned kernel, read K - 1 rows and columns earlier. *)
Theorem eq_correlation_and_convolution_turned (i j : int) :
  convolution H W K_h K_w x w i j
  = \Sum_(u < K_h) \Sum_(v < K_w)
      (ext2 H W x (i + u + 1 - K_h) (j + v + 1 - K_w) * w (K_h - u - 1) (K_w - v - 1)).
Proof.
rewrite /convolution sum_reverse; apply: eq_sum => u _; rewrite sum_reverse; apply: eq_sum => v _.
by rewrite mulrC; congr (ext2 _ _ _ _ _ * w _ _); lia.
Qed.

Theorem eq_correlation_and_convolution_difference (i j : int) :
  convolution H W K_h K_w x w (i + K_h - 1) (j + K_w - 1) - correlation H W K_h K_w x w i j
  = \Sum_(u < K_h) \Sum_(v < K_w)
      ((w (K_h - u - 1) (K_w - v - 1) - w u v) * ext2 H W x (i + u) (j + v)).
Proof.
rewrite eq_correlation_and_convolution_turned /correlation -sum2_opp -sum2_add; apply: eq_sum2 => u v _ _.
rewrite mulrBl; congr (_ - _); rewrite mulrC; congr (_ * ext2 _ _ _ _ _); lia.
Qed.

(* Each weight meets each pixel once, and the product lands at the sum of their indices. *)
Theorem eq_correlation_and_convolution_pairs (i j : int) :
  convolution H W K_h K_w x w i j
  = \Sum_(r < H) \Sum_(q < W) \Sum_(u < K_h) \Sum_(v < K_w)
      ([is i == r + u] * [is j == q + v] * w u v * x r q).
Proof.
rewrite sum2_swap; apply: eq_sum2 => u v _ _; rewrite -pick2 mul_sum2; apply: eq_sum2 => r q _ _.
rewrite (_ : (i == r + u) = (r == i - u)); last lia.
rewrite (_ : (j == q + v) = (q == j - v)); last lia.
ring_is.
Qed.

Theorem eq_correlation_and_convolution_commutes (i j : int) :
  convolution H W K_h K_w x w i j = \Sum_(r < H) \Sum_(q < W) (x r q * ext2 K_h K_w w (i - r) (j - q)).
Proof.
rewrite eq_correlation_and_convolution_pairs; apply: eq_sum2 => r q _ _; rewrite -pick2 mul_sum2.
apply: eq_sum2 => u v _ _.
rewrite (_ : (i == r + u) = (u == i - r)); last lia.
rewrite (_ : (j == q + v) = (v == j - q)); last lia.
ring_is.
Qed.

(* In a correlation the product lands at a difference. *)
Theorem eq_correlation_and_convolution_swap (i j : int) :
  correlation H W K_h K_w x w i j = \Sum_(r < H) \Sum_(q < W) (x r q * ext2 K_h K_w w (r - i) (q - j)).
Proof.
transitivity (\Sum_(r < H) \Sum_(q < W) \Sum_(u < K_h) \Sum_(v < K_w)
    ([is r == i + u] * [is q == j + v] * w u v * x r q)).
  rewrite sum2_swap; apply: eq_sum2 => u v _ _; rewrite -pick2 mul_sum2; apply: eq_sum2 => r q _ _; ring_is.
apply: eq_sum2 => r q _ _; rewrite -pick2 mul_sum2; apply: eq_sum2 => u v _ _.
rewrite (_ : (r == i + u) = (u == r - i)); last lia.
rewrite (_ : (q == j + v) = (v == q - j)); last lia.
ring_is.
Qed.
End Maps.

(* def-correlation-and-convolution-room: output row i exists if s i <= E *)
Theorem eq_correlation_and_convolution_size (H K s p d i : int) : 0 < s -> 0 <= i ->
  let E := H + 2 * p - d * (K - 1) - 1 in
  (s * i <= E) = (i < (E %/ s)%Z + 1).
Proof. by move=> s_pos i_pos E; rewrite [s * i]mulrC -lez_divRL //; lia. Qed.

(* Two correlations of stride 1 are one: a pixel reaches an output through every pair of taps. *)
Theorem eq_correlation_and_convolution_stack (R : comRingType) (K_h K_w K1_h K1_w : int)
    (x w w1 : int -> int -> R) (i j r q : int) :
  let y i j := \Sum_(u < K_h) \Sum_(v < K_w) ((w u v)%:P * move2 x r q (i + u) (j + v)) in
  slope (\Sum_(u1 < K1_h) \Sum_(v1 < K1_w) ((w1 u1 v1)%:P * y (i + u1) (j + v1)))
  = \Sum_(u1 < K1_h) \Sum_(v1 < K1_w) (ext2 K_h K_w w (r - i - u1) (q - j - v1) * w1 u1 v1).
Proof.
move=> y; rewrite slope_sum2; apply: eq_sum2 => u1 v1 _ _; rewrite slope_scaled mulrC; congr (_ * _).
rewrite slope_sum2 -pick2; apply: eq_sum2 => u v _ _; rewrite slope_scaled slope_moved mulrC.
rewrite (_ : (i + u1 + u == r) = (u == r - i - u1)); last lia.
by rewrite (_ : (j + v1 + v == q) = (v == q - j - v1)); last lia.
Qed.

(* --- Receptive fields: rows J_l i + A_l to J_l i + A_l + R_l - 1 --- *)
Section Fields.
Variables (J A R K s p d : int -> int).

Theorem eq_correlation_and_convolution_start (ell i : int) :
  J (ell - 1) * (s ell * i - p ell) + A (ell - 1) = i * J (ell - 1) * s ell + A (ell - 1) - J (ell - 1) * p ell.
Proof. by ring. Qed.

Theorem eq_correlation_and_convolution_growth (ell i : int) :
  let first_row a := J (ell - 1) * a + A (ell - 1) in
  let start := first_row (s ell * i - p ell) in
  let end_ := first_row (s ell * i - p ell + d ell * (K ell - 1)) + R (ell - 1) - 1 in
  end_ - start + 1 = (K ell - 1) * J (ell - 1) * d ell + R (ell - 1).
Proof. by rewrite /=; ring. Qed.

(* For every number of layers, not for five only. *)
Theorem eq_correlation_and_convolution_reach (l : nat) :
  J 0 = 1 -> R 0 = 1 ->
  (forall k : nat, J k.+1 = J k * s k.+1) ->
  (forall k : nat, R k.+1 = (K k.+1 - 1) * J k * d k.+1 + R k) ->
  R l = 1 + \sum_(1 <= k < l.+1) (K k - 1) * d k * \prod_(1 <= m < k) s m.
Proof.
move=> J_0 R_0 jump growth; have J_is k : J (Posz k) = \prod_(1 <= m < k.+1) s m.
  elim: k => [|k J_k]; first by rewrite big_geq.
  by rewrite jump J_k [RHS]big_nat_recr.
elim: l => [|l R_l]; first by rewrite big_geq // addr0.
by rewrite growth R_l J_is [in RHS]big_nat_recr //=; ring.
Qed.
End Fields.
