(* One map, read by one kernel: tap (u, v) of output (i, j) reads the pixel (row i u, col j v).
   With weights that may differ from output to output this is convolution with any stride, dilation and
   padding, average pooling and max pooling.  Here the derivatives are taken, once for all of them. *)
From Book Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.

Section OneMap.
Variables (row col : int -> int -> int) (K_h K_w H_o W_o : int).

(* y_{i,j} = b + sum_{u,v} w_{i,j,u,v} x_{row i u, col j v} *)
Definition reading (A : comRingType) (w : int -> int -> int -> int -> A) (x : int -> int -> A) (b : A)
    (i j : int) : A :=
  b + \Sum_(u < K_h) \Sum_(v < K_w) (w i j u v * x (row i u) (col j v)).

Variables (R : comRingType) (delta : int -> int -> R).

(* dL/dtheta = sum_{i,j} delta_{i,j} dy_{i,j}/dtheta, where y is a polynomial in epsilon *)
Definition chain_rule (y : int -> int -> {poly R}) : R :=
  \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * slope (y i j)).

(* How an output moves when bias, weights and pixels move: the product rule. *)
Lemma slope_reading (w : int -> int -> int -> int -> {poly R}) (x : int -> int -> {poly R}) (b : {poly R}) (i j : int) :
  slope (reading w x b i j)
  = slope b + \Sum_(u < K_h) \Sum_(v < K_w)
      (slope (w i j u v) * (x (row i u) (col j v))`_0 + (w i j u v)`_0 * slope (x (row i u) (col j v))).
Proof.
by rewrite slope_add slope_sum2; congr (_ + _); apply: eq_sum2 => u v _ _; rewrite slope_mul.
Qed.

Lemma by_bias w (x : int -> int -> R) (b : R) :
  chain_rule (reading (fun i j u v => (w i j u v)%:P) (still2 x) (moved b 1)) = \Sum_(i < H_o) \Sum_(j < W_o) delta i j.
Proof.
apply: eq_sum2 => i j _ _; rewrite slope_reading slope_moved.
under eq_sum2 => u v _ _ do rewrite !slope_const mul0r mulr0 addr0.
by rewrite sum2_zero addr0 mulr1.
Qed.

Lemma by_tap w (x : int -> int -> R) (b : R) (u v : int) : 0 <= u < K_h -> 0 <= v < K_w ->
  chain_rule (reading (fun i j => move2 w u v) (still2 x) b%:P)
  = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * x (row i u) (col j v)).
Proof.
move=> tap_u tap_v; apply: eq_sum2 => i j _ _; congr (_ * _).
rewrite slope_reading slope_const add0r.
under eq_sum2 => u' v' _ _ do rewrite slope_moved slope_const mulr0 addr0 coefC /=.
by rewrite pick2 ext2_inside.
Qed.

(* The delta of each output and the weight of each tap meet in pixel (r, q), if that tap reads it. *)
Definition pairs (w : int -> int -> int -> int -> R) (r q : int) : R :=
  \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(u < K_h) \Sum_(v < K_w)
    ([is row i u == r] * [is col j v == q] * delta i j * w i j u v).

(* x' is the map with pixel (r, q) moved, however it is continued outside *)
Lemma by_pixel w x' (b : R) (r q : int) : (forall i j : int, slope (x' i j) = [is i == r] * [is j == q]) ->
  chain_rule (reading (fun i j u v => (w i j u v)%:P) x' b%:P) = pairs w r q.
Proof.
move=> moves; apply: eq_sum2 => i j _ _; rewrite slope_reading slope_const add0r mul_sum2.
by apply: eq_sum2 => u v _ _; rewrite slope_const mul0r add0r moves coefC /=; ring_is.
Qed.

(* Through an activation h: the pixels are h(y). *)
Lemma by_pixel_through (h h' : R -> R) y w (b : R) (r q : int) :
  chain_rule (reading (fun i j u v => (w i j u v)%:P) (fun r' q' => through h h' (move2 y r q r' q')) b%:P)
  = h' (y r q) * pairs w r q.
Proof.
rewrite /pairs mul_sum2; apply: eq_sum2 => i j _ _; rewrite slope_reading slope_const add0r !mul_sum2.
apply: eq_sum2 => u v _ _; rewrite slope_const mul0r add0r coefC /= !slope_moved moved0.
by rewrite [h' _ * (_ * _)]mulrC (is_subst2 _ _ _ _ (fun i j => h' (y i j))); ring_is.
Qed.

(* Tap u lies in row r for the output i u alone: the brackets pick the outputs, and the taps stay. *)
Lemma pairs_by_taps w (r q : int) (i j : int -> int) :
  (forall k u : int, (row k u == r) = (k == i u)) -> (forall k v : int, (col k v == q) = (k == j v)) ->
  pairs (fun _ _ => w) r q = \Sum_(u < K_h) \Sum_(v < K_w) (ext2 H_o W_o delta (i u) (j v) * w u v).
Proof.
move=> row_is col_is; rewrite /pairs sum2_swap; apply: eq_sum2 => u v _ _.
by rewrite -pick2 sum2_mul; apply: eq_sum2 => k l _ _; rewrite row_is col_is.
Qed.

(* Output i reads row r with the tap u i alone: the brackets pick the taps, and the outputs stay. *)
Lemma pairs_by_outputs w (r q : int) (u v : int -> int) :
  (forall i k : int, (row i k == r) = (k == u i)) -> (forall j k : int, (col j k == q) = (k == v j)) ->
  pairs w r q = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * ext2 K_h K_w (w i j) (u i) (v j)).
Proof.
move=> row_is col_is; apply: eq_sum2 => i j _ _.
by rewrite -pick2 mul_sum2; apply: eq_sum2 => k l _ _; rewrite row_is col_is; ring_is.
Qed.
End OneMap.
