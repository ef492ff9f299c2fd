(* Chapter "Many kernels": a batch of images with C channels, F kernels, stride 1, no padding. *)
From Book Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.

Section MultipleKernels.
Variables (N H_o W_o K_h K_w C F : int).

(* def-multiple-kernels-forward *)
Definition forward (A : comRingType) (w x : int -> int -> int -> int -> A) (b : int -> A) (n i j f : int) : A :=
  b f + \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C) (w u v c f * x n (i + u) (j + v) c).

Variables (R : comRingType) (w x delta : int -> int -> int -> int -> R) (b : int -> R).

(* eq-multiple-kernels-chain-rule *)
Definition chain_rule (y : int -> int -> int -> int -> {poly R}) : R :=
  \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(f < F) (delta n i j f * slope (y n i j f)).

Lemma slope_forward (w' x' : int -> int -> int -> int -> {poly R}) b' n i j f :
  slope (forward w' x' b' n i j f)
  = slope (b' f) + \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C)
      (slope (w' u v c f) * (x' n (i + u) (j + v) c)`_0 + (w' u v c f)`_0 * slope (x' n (i + u) (j + v) c)).
Proof.
rewrite slope_add slope_sum2; congr (_ + _); apply: eq_sum2 => u v _ _.
by rewrite slope_sum; apply: eq_sum => c _; rewrite slope_mul.
Qed.

Theorem eq_multiple_kernels_bias_gradient (f : int) : 0 <= f < F ->
  chain_rule (forward (still4 w) (still4 x) (fun f' => moved (b f') [is f' == f]))
  = \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) delta n i j f.
Proof.
move=> f_in; apply: eq_sum => n _; apply: eq_sum2 => i j _ _.
transitivity (\Sum_(f' < F) ([is f' == f] * delta n i j f')); last by rewrite pick isT // mul1r.
apply: eq_sum => f' _; rewrite slope_forward slope_moved.
under eq_sum2 => u v _ _ do under eq_sum => c _ do rewrite !slope_const mul0r mulr0 addr0.
under eq_sum2 => u v _ _ do rewrite sum_zero.
by rewrite sum2_zero addr0 mulrC.
Qed.

Theorem eq_multiple_kernels_kernel_gradient (u v c f : int) :
  0 <= u < K_h -> 0 <= v < K_w -> 0 <= c < C -> 0 <= f < F ->
  chain_rule (forward (move4 w u v c f) (still4 x) (still1 b))
  = \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) (delta n i j f * x n (i + u) (j + v) c).
Proof.
move=> u_in v_in c_in f_in; apply: eq_sum => n _; apply: eq_sum2 => i j _ _.
transitivity (\Sum_(f' < F) ([is f' == f] * (delta n i j f' * x n (i + u) (j + v) c))); last first.
  by rewrite pick isT // mul1r.
apply: eq_sum => f' _; rewrite mulrCA; congr (_ * _).
rewrite slope_forward slope_const add0r.
transitivity (\Sum_(u' < K_h) ([is u' == u] * \Sum_(v' < K_w) ([is v' == v]
    * \Sum_(c' < C) ([is c' == c] * ([is f' == f] * x n (i + u') (j + v') c'))))).
  apply: eq_sum => u' _; rewrite mul_sum; apply: eq_sum => v' _; rewrite !mul_sum; apply: eq_sum => c' _.
  by rewrite slope_moved slope_const mulr0 addr0 coefC /=; ring_is.
by rewrite pick isT // mul1r pick isT // mul1r pick isT // mul1r.
Qed.

(* The kernels all read pixel (n, r, q, c), each through its own weight. *)
Lemma by_pixel (sent : int -> int -> int -> int -> R) (n r q c : int) : 0 <= n < N -> 0 <= c < C ->
  \Sum_(n' < N) \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(f < F) (sent n' i j f
    * \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c' < C) (w u v c' f
      * ([is n' == n] * ([is i + u == r] * [is j + v == q] * [is c' == c]))))
  = \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
      (ext2 H_o W_o (fun i j => sent n i j f) (r - u) (q - v) * w u v c f).
Proof.
move=> n_in c_in.
transitivity (\Sum_(n' < N) ([is n' == n] * \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(f < F)
    \Sum_(u < K_h) \Sum_(v < K_w) ([is i == r - u] * [is j == q - v] * sent n' i j f * w u v c f))).
  apply: eq_sum => n' _; rewrite mul_sum2; apply: eq_sum2 => i j _ _; rewrite mul_sum; apply: eq_sum => f _.
  rewrite !mul_sum2; apply: eq_sum2 => u v _ _.
  transitivity (sent n' i j f * \Sum_(c' < C) ([is c' == c] * ([is n' == n] *
      ([is i + u == r] * [is j + v == q]) * w u v c' f))).
    by congr (_ * _); apply: eq_sum => c' _; ring_is.
  rewrite pick isT // mul1r.
  rewrite (_ : (i + u == r) = (i == r - u)); last lia.
  rewrite (_ : (j + v == q) = (j == q - v)); last lia.
  ring_is.
rewrite pick isT // mul1r.
under eq_sum2 => i j _ _ do rewrite sum_swap2.
rewrite sum2_swap; apply: eq_sum2 => u v _ _; rewrite -sum_swap2; apply: eq_sum => f _.
by rewrite -pick2 sum2_mul.
Qed.

Theorem eq_multiple_kernels_input_gradient (n r q c : int) : 0 <= n < N -> 0 <= c < C ->
  chain_rule (forward (still4 w) (move4 x n r q c) (still1 b))
  = \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
      (ext2 H_o W_o (fun i j => delta n i j f) (r - u) (q - v) * w u v c f).
Proof.
move=> n_in c_in; rewrite -by_pixel //; apply: eq_sum => n' _; apply: eq_sum2 => i j _ _; apply: eq_sum => f _.
rewrite slope_forward slope_const add0r; congr (_ * _); apply: eq_sum2 => u v _ _; apply: eq_sum => c' _.
by rewrite slope_const slope_moved mul0r add0r coefC.
Qed.

Theorem eq_multiple_kernels_rot180 (n r q c : int) :
  \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
    (ext2 H_o W_o (fun i j => delta n i j f) (r - u) (q - v) * w u v c f)
  = \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
      (ext2 H_o W_o (fun i j => delta n i j f) (r + u + 1 - K_h) (q + v + 1 - K_w)
       * w (K_h - u - 1) (K_w - v - 1) c f).
Proof.
rewrite sum_reverse; apply: eq_sum => u _; rewrite sum_reverse; apply: eq_sum => v _; apply: eq_sum => f _.
by congr (ext2 _ _ _ _ _ * _); lia.
Qed.

Theorem eq_multiple_kernels_delta (h h' : R -> R) (y : int -> int -> int -> int -> R) (n r q c : int) :
  0 <= n < N -> 0 <= c < C ->
  chain_rule (forward (still4 w) (fun n' r' q' c' => through h h' (move4 y n r q c n' r' q' c')) (still1 b))
  = h' (y n r q c) * \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
      (ext2 H_o W_o (fun i j => delta n i j f) (r - u) (q - v) * w u v c f).
Proof.
move=> n_in c_in.
transitivity (\Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
    (ext2 H_o W_o (fun i j => h' (y n r q c) * delta n i j f) (r - u) (q - v) * w u v c f)); last first.
  rewrite mul_sum2; apply: eq_sum2 => u v _ _; rewrite mul_sum; apply: eq_sum => f _.
  by rewrite ext2_scaled mulrA.
rewrite -(by_pixel (fun n' i j f => h' (y n r q c) * delta n' i j f)) //.
apply: eq_sum => n' _; apply: eq_sum2 => i j _ _; apply: eq_sum => f _.
rewrite slope_forward slope_const add0r -mulrA mulrCA; congr (_ * _).
rewrite mul_sum2; apply: eq_sum2 => u v _ _; rewrite mul_sum; apply: eq_sum => c' _.
rewrite slope_const mul0r add0r coefC /= !slope_moved moved0 [h' _ * (_ * (_ * _))]mulrC.
by rewrite (is_subst4 _ _ _ _ _ _ _ _ (fun n r q c => h' (y n r q c))); ring_is.
Qed.
End MultipleKernels.

(* The loss is a mean over the images: delta is epsilon / N. *)
Theorem eq_multiple_kernels_mean (Q : fieldType) (N H_o W_o K_h K_w C F : int)
    (w x delta epsilon : int -> int -> int -> int -> Q) (b : int -> Q) (u v c f : int) :
  0 <= u < K_h -> 0 <= v < K_w -> 0 <= c < C -> 0 <= f < F ->
  (forall n i j f, delta n i j f = epsilon n i j f / N%:~R) ->
  chain_rule N H_o W_o F delta (forward K_h K_w C (move4 w u v c f) (still4 x) (still1 b))
  = (\Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) (epsilon n i j f * x n (i + u) (j + v) c)) / N%:~R.
Proof.
move=> u_in v_in c_in f_in mean; rewrite eq_multiple_kernels_kernel_gradient // sum_mul.
apply: eq_sum => n _; rewrite sum2_mul; apply: eq_sum2 => i j _ _.
by rewrite mean; ring.
Qed.

(* One tap: a kernel of 1 by 1 is a dense layer at every pixel. *)
Theorem eq_multiple_kernels_pointwise (R : comRingType) (C : int) (w x : int -> int -> int -> int -> R)
    (b : int -> R) (n i j f : int) :
  forward 1 1 C w x b n i j f = b f + \Sum_(c < C) (w 0 0 c f * x n i j c).
Proof. by rewrite /forward !sum_one !addr0. Qed.

Theorem eq_multiple_kernels_pointwise_gradient (R : comRingType) (N H_o W_o C F : int)
    (w x delta : int -> int -> int -> int -> R) (b : int -> R) (n r q c : int) :
  0 <= n < N -> 0 <= r < H_o -> 0 <= q < W_o -> 0 <= c < C ->
  chain_rule N H_o W_o F delta (forward 1 1 C (still4 w) (move4 x n r q c) (still1 b))
  = \Sum_(f < F) (delta n r q f * w 0 0 c f).
Proof.
move=> n_in r_in q_in c_in; rewrite eq_multiple_kernels_input_gradient // !sum_one !subr0.
by apply: eq_sum => f _; rewrite ext2_inside.
Qed.
