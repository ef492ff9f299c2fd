(* Chapter "Training a CNN": convolution, activation, pooling, and the next layer, in one step. *)
From Book Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.

Section Block.
Variables (R : comRingType) (H W H_p W_p H_o W_o K_h K_w C F D_o : int) (h h' : R -> R).
Variables (y : int -> int -> int -> R) (m : int -> int -> int -> int -> int -> R).

(* Pixel (r, q, c) of y, moved. *)
Definition move3 (r q c r' q' c' : int) : {poly R} := moved (y r' q' c') ([is r' == r] * [is q' == q] * [is c' == c]).

(* def-training-a-cnn-block: the pooled map p, with the winners m held fixed *)
Definition pooled (hy : int -> int -> int -> {poly R}) (i j c : int) : {poly R} :=
  \Sum_(r < H) \Sum_(q < W) ((m i j c r q)%:P * hy r q c).

Lemma slope_pooled (r q c i j c' : int) : 0 <= r < H -> 0 <= q < W ->
  slope (pooled (fun r' q' c' => through h h' (move3 r q c r' q' c')) i j c')
  = [is c' == c] * (h' (y r q c) * m i j c r q).
Proof.
move=> r_in q_in; rewrite slope_sum2.
transitivity (\Sum_(r' < H) \Sum_(q' < W)
    ([is r' == r] * [is q' == q] * ([is c' == c] * (h' (y r' q' c') * m i j c' r' q')))).
  by apply: eq_sum2 => r' q' _ _; rewrite slope_scaled !slope_moved moved0; ring_is.
by rewrite pick2 ext2_inside // (is_subst c' c (fun c => h' (y r q c) * m i j c r q)).
Qed.

(* Through convolution 2 and pooling to convolution 1. *)
Theorem eq_training_a_cnn_convolution (w : int -> int -> int -> int -> R) (b : int -> R)
    (delta : int -> int -> int -> R) (r q c : int) :
  0 <= r < H -> 0 <= q < W -> 0 <= c < C ->
  let p := pooled (fun r' q' c' => through h h' (move3 r q c r' q' c')) in
  \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(f < F) (delta i j f
    * slope ((b f)%:P + \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c' < C) ((w u v c' f)%:P * p (i + u) (j + v) c')))
  = h' (y r q c) * \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
      (delta i j f * m (i + u) (j + v) c r q * w u v c f).
Proof.
move=> r_in q_in c_in p; rewrite mul_sum2; apply: eq_sum2 => i j _ _; rewrite -sum_swap2 mul_sum.
apply: eq_sum => f _; rewrite slope_add slope_const add0r slope_sum2 !mul_sum2; apply: eq_sum2 => u v _ _.
rewrite slope_sum; transitivity (delta i j f * \Sum_(c' < C)
    ([is c' == c] * (w u v c' f * (h' (y r q c) * m (i + u) (j + v) c r q)))).
  by congr (_ * _); apply: eq_sum => c' _; rewrite slope_scaled slope_pooled //; ring_is.
by rewrite pick isT // mul1r; ring.
Qed.

(* Through the dense layer, which reads pixel (i, j, f) as number F (W_p i + j) + f, and pooling. *)
Theorem eq_training_a_cnn_dense (w : int -> int -> R) (b delta : int -> R) (r q f : int) :
  0 <= r < H -> 0 <= q < W -> 0 <= f < F ->
  let p := pooled (fun r' q' f' => through h h' (move3 r q f r' q' f')) in
  \Sum_(o < D_o) (delta o
    * slope ((b o)%:P + \Sum_(i < H_p) \Sum_(j < W_p) \Sum_(f' < F) (p i j f' * (w (F * (W_p * i + j) + f') o)%:P)))
  = h' (y r q f) * \Sum_(i < H_p) \Sum_(j < W_p) \Sum_(o < D_o)
      (delta o * m i j f r q * w (F * (W_p * i + j) + f) o).
Proof.
move=> r_in q_in f_in p; rewrite -sum_swap2 mul_sum; apply: eq_sum => o _.
rewrite slope_add slope_const add0r slope_sum2 !mul_sum2; apply: eq_sum2 => i j _ _.
rewrite slope_sum; transitivity (delta o * \Sum_(f' < F)
    ([is f' == f] * (w (F * (W_p * i + j) + f') o * (h' (y r q f) * m i j f r q)))).
  by congr (_ * _); apply: eq_sum => f' _; rewrite slope_scaled_right slope_pooled //; ring_is.
by rewrite pick isT // mul1r; ring.
Qed.
End Block.
