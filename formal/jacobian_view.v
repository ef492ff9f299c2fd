(* Chapter "The same with matrices": the chain rule as products of Jacobians, composition in reverse,
   and the convolution's own matrix. *)
From Book Require Import definitions one_map single_kernel.
Set Implicit Arguments.
Unset Strict Implicit.

Section Linear.
Variables (R : comRingType) (D D_o : int) (delta xdot x b : int -> R) (J J' w : int -> int -> R).

(* A change xdot of the input changes the loss by the sum over k, e of delta_k J_{k,e} xdot_e. *)
Theorem eq_jacobian_view_backward (e : int) : 0 <= e < D ->
  slope (\Sum_(k < D_o) ((delta k)%:P * \Sum_(e' < D) ((J k e')%:P * move1 xdot e e')))
  = \Sum_(k < D_o) (J k e * delta k).
Proof.
move=> e_in; rewrite slope_sum; apply: eq_sum => k _; rewrite slope_scaled slope_sum.
under eq_sum => e' _ do rewrite slope_scaled slope_moved mulrC.
by rewrite pick isT // mul1r mulrC.
Qed.

(* The Jacobian of J' after J is the product of the two: a sum over what lies between them. *)
Theorem eq_jacobian_view_chain (k' e : int) : 0 <= e < D ->
  slope (\Sum_(k < D_o) ((J' k' k)%:P * \Sum_(e' < D) ((J k e')%:P * move1 xdot e e')))
  = \Sum_(k < D_o) (J k e * J' k' k).
Proof.
move=> e_in; rewrite slope_sum; apply: eq_sum => k _; rewrite slope_scaled slope_sum.
under eq_sum => e' _ do rewrite slope_scaled slope_moved mulrC.
by rewrite pick isT // mul1r mulrC.
Qed.

(* Transposes multiply in reverse: the delta goes through J' first, then through J. *)
Theorem jacobian_view_reverse (D_2 : int) (e : int) :
  \Sum_(k' < D_2) ((\Sum_(k < D_o) (J k e * J' k' k)) * delta k')
  = \Sum_(k < D_o) (J k e * \Sum_(k' < D_2) (J' k' k * delta k')).
Proof.
under eq_sum => k' _ do rewrite sum_mul.
rewrite sum_swap; apply: eq_sum => k _; rewrite mul_sum.
by apply: eq_sum => k' _; rewrite mulrA.
Qed.

Theorem eq_jacobian_view_linear (e : int) : 0 <= e < D ->
  slope (\Sum_(k < D_o) ((delta k)%:P * ((b k)%:P + \Sum_(e' < D) (move1 x e e' * (w e' k)%:P))))
  = \Sum_(k < D_o) (delta k * w e k).
Proof.
move=> e_in; rewrite slope_sum; apply: eq_sum => k _.
rewrite slope_scaled slope_add slope_const add0r slope_sum; congr (_ * _).
under eq_sum => e' _ do rewrite slope_scaled_right slope_moved.
by rewrite pick isT // mul1r.
Qed.

(* An activation's Jacobian is diagonal. *)
Theorem eq_jacobian_view_diagonal (h h' : R -> R) (y g : int -> R) (e : int) : 0 <= e < D ->
  slope (\Sum_(k < D) ((g k)%:P * through h h' (move1 y e k))) = h' (y e) * g e.
Proof.
move=> e_in; transitivity (\Sum_(k < D) ([is k == e] * (h' (y k) * g k))); last by rewrite pick isT // mul1r.
rewrite slope_sum; apply: eq_sum => k _; rewrite slope_scaled !slope_moved moved0; ring_is.
Qed.

(* Forward with xdot, then times delta, is backward with delta, then times xdot. *)
Theorem eq_jacobian_view_adjoint :
  \Sum_(k < D_o) (delta k * \Sum_(e < D) (J k e * xdot e))
  = \Sum_(e < D) (xdot e * \Sum_(k < D_o) (J k e * delta k)).
Proof.
under eq_sum => k _ do rewrite mul_sum; rewrite sum_swap; apply: eq_sum => e _.
by rewrite mul_sum; apply: eq_sum => k _; ring.
Qed.

(* Adjoints are unique: what passes the test for every xdot is the transpose. *)
Theorem jacobian_view_adjoint_unique (g : int -> R) :
  (forall xdot : int -> R, \Sum_(k < D_o) (delta k * \Sum_(e < D) (J k e * xdot e)) = \Sum_(e < D) (g e * xdot e)) ->
  forall e : int, 0 <= e < D -> g e = \Sum_(k < D_o) (J k e * delta k).
Proof.
move=> test e e_in; have := test (fun e' => [is e' == e]).
under [RHS]eq_sum => e' _ do rewrite mulrC.
rewrite pick isT // mul1r => <-; apply: eq_sum => k _; rewrite mulrC; congr (_ * _).
by under eq_sum => e' _ do rewrite mulrC; rewrite pick isT // mul1r.
Qed.
End Linear.

Section Convolution.
Variables (R : comRingType) (K_h K_w H_o W_o H W : int) (w x delta : int -> int -> R) (b : R)
    (m : int -> int -> int -> int -> R).

(* One output, by one pixel. *)
Theorem eq_jacobian_view_matrix (i j r q : int) :
  slope (forward K_h K_w (still2 w) (move2 x r q) b%:P i j)
  = \Sum_(u < K_h) \Sum_(v < K_w) ([is q == j + v] * [is r == i + u] * w u v).
Proof.
rewrite slope_add slope_const add0r slope_sum2; apply: eq_sum2 => u v _ _.
by rewrite slope_scaled slope_moved ![_ == q]eq_sym ![_ == r]eq_sym; ring_is.
Qed.

Theorem eq_jacobian_view_toeplitz (i j r q : int) :
  slope (forward K_h K_w (still2 w) (move2 x r q) b%:P i j) = ext2 K_h K_w w (r - i) (q - j).
Proof.
rewrite eq_jacobian_view_matrix -pick2; apply: eq_sum2 => u v _ _.
rewrite (_ : (q == j + v) = (v == q - j)); last lia.
rewrite (_ : (r == i + u) = (u == r - i)); last lia.
ring_is.
Qed.

(* Four ways to the same gradient of the input: by taps, by pairs, by the transposed matrix, by outputs. *)
Theorem eq_jacobian_view_transpose (r q : int) :
  \Sum_(u < K_h) \Sum_(v < K_w) (ext2 H_o W_o delta (r - u) (q - v) * w u v)
  = \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(u < K_h) \Sum_(v < K_w)
      ([is q == j + v] * [is r == i + u] * delta i j * w u v).
Proof.
rewrite sum2_swap; apply: eq_sum2 => u v _ _; rewrite -pick2 sum2_mul; apply: eq_sum2 => i j _ _.
rewrite (_ : (q == j + v) = (j == q - v)); last lia.
rewrite (_ : (r == i + u) = (i == r - u)); last lia.
ring_is.
Qed.

Theorem jacobian_view_by_matrix (r q : int) :
  \Sum_(u < K_h) \Sum_(v < K_w) (ext2 H_o W_o delta (r - u) (q - v) * w u v)
  = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * ext2 K_h K_w w (r - i) (q - j)).
Proof.
rewrite eq_jacobian_view_transpose; apply: eq_sum2 => i j _ _.
rewrite -(eq_jacobian_view_toeplitz i j r q) eq_jacobian_view_matrix mul_sum2.
by apply: eq_sum2 => u v _ _; ring_is.
Qed.

(* A weight stands in many entries of the matrix; its gradients add up. *)
Theorem eq_jacobian_view_tied (u v : int) : 0 <= u < K_h -> 0 <= v < K_w ->
  \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * slope (\Sum_(r < H) \Sum_(q < W)
    ((\Sum_(u' < K_h) \Sum_(v' < K_w) (([is q == j + v'] * [is r == i + u'])%:P * move2 w u v u' v')) * (x r q)%:P)))
  = \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(r < H) \Sum_(q < W)
      ([is q == j + v] * [is r == i + u] * delta i j * x r q).
Proof.
move=> u_in v_in; apply: eq_sum2 => i j _ _; rewrite slope_sum2 mul_sum2; apply: eq_sum2 => r q _ _.
rewrite slope_scaled_right slope_sum2.
under eq_sum2 => u' v' _ _ do rewrite slope_scaled slope_moved mulrC.
by rewrite pick2 ext2_inside //; ring_is.
Qed.

Theorem eq_jacobian_view_stride (s i j r q : int) :
  slope (forward K_h K_w (still2 w) (move2 x r q) b%:P (i * s) (j * s)) = ext2 K_h K_w w (r - i * s) (q - j * s).
Proof. exact: eq_jacobian_view_toeplitz. Qed.

(* Max pooling, with the winners m held fixed. *)
Theorem eq_jacobian_view_selector (i j r q : int) :
  slope (\Sum_(u < K_h) \Sum_(v < K_w) ((m i j u v)%:P * move2 x r q (i + u) (j + v)))
  = \Sum_(u < K_h) \Sum_(v < K_w) ([is q == j + v] * [is r == i + u] * m i j u v).
Proof.
rewrite slope_sum2; apply: eq_sum2 => u v _ _.
by rewrite slope_scaled slope_moved ![_ == q]eq_sym ![_ == r]eq_sym; ring_is.
Qed.
End Convolution.
