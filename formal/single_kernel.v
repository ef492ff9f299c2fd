(* Chapter "One kernel": one map, one kernel, stride 1, no padding. *)
From Book Require Import definitions one_map.
Set Implicit Arguments.
Unset Strict Implicit.

(* def-single-kernel-forward: y_{i,j} = b + sum_{u,v} w_{u,v} x_{i+u, j+v} *)
Definition forward (A : comRingType) (K_h K_w : int) (w x : int -> int -> A) (b : A) (i j : int) : A :=
  b + \Sum_(u < K_h) \Sum_(v < K_w) (w u v * x (i + u) (j + v)).

Section SingleKernel.
Variables (R : comRingType) (K_h K_w H_o W_o : int).
Variables (w x delta : int -> int -> R) (b : R).

(* eq-single-kernel-chain-rule: dL/dtheta = sum_{i,j} delta_{i,j} dy_{i,j}/dtheta *)
Definition chain_rule (y : int -> int -> {poly R}) : R :=
  \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * slope (y i j)).

Theorem eq_single_kernel_bias_gradient :
  chain_rule (forward K_h K_w (still2 w) (still2 x) (moved b 1))
  = \Sum_(i < H_o) \Sum_(j < W_o) delta i j.
Proof. exact: by_bias. Qed.

Theorem eq_single_kernel_kernel_gradient (u v : int) :
  0 <= u < K_h -> 0 <= v < K_w ->
  chain_rule (forward K_h K_w (move2 w u v) (still2 x) b%:P)
  = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * x (i + u) (j + v)).
Proof. exact: by_tap. Qed.

(* Each tap serves the output (r - u, q - v). *)
Theorem eq_single_kernel_input_gradient (r q : int) :
  chain_rule (forward K_h K_w (still2 w) (move2 x r q) b%:P)
  = \Sum_(u < K_h) \Sum_(v < K_w) (ext2 H_o W_o delta (r - u) (q - v) * w u v).
Proof.
transitivity (pairs +%R +%R K_h K_w H_o W_o delta (fun _ _ => w) r q).
  by apply: by_pixel => i j; exact: slope_moved.
by apply: pairs_by_taps; lia.
Qed.

(* The same sum, counted from the other end. *)
Theorem eq_single_kernel_rot180 (r q : int) :
  \Sum_(u < K_h) \Sum_(v < K_w) (ext2 H_o W_o delta (r - u) (q - v) * w u v)
  = \Sum_(u < K_h) \Sum_(v < K_w)
      (ext2 H_o W_o delta (r + u + 1 - K_h) (q + v + 1 - K_w) * w (K_h - u - 1) (K_w - v - 1)).
Proof.
rewrite sum_reverse; apply: eq_sum => u _.
rewrite sum_reverse; apply: eq_sum => v _.
by congr (ext2 _ _ _ _ _ * _); lia.
Qed.

(* The pixels of the upper layer are h(y) of the lower one. *)
Theorem eq_single_kernel_delta (h h' : R -> R) (y : int -> int -> R) (r q : int) :
  chain_rule (forward K_h K_w (still2 w) (fun r' q' => through h h' (move2 y r q r' q')) b%:P)
  = h' (y r q) * \Sum_(u < K_h) \Sum_(v < K_w) (ext2 H_o W_o delta (r - u) (q - v) * w u v).
Proof.
transitivity (h' (y r q) * pairs +%R +%R K_h K_w H_o W_o delta (fun _ _ => w) r q).
  exact: by_pixel_through.
by congr (_ * _); apply: pairs_by_taps; lia.
Qed.

(* A step against the gradient: weights and bias move by minus eta times their gradients; eta is the epsilon. *)
Theorem eq_single_kernel_descent :
  let G u v := \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * x (i + u) (j + v)) in
  let B := \Sum_(i < H_o) \Sum_(j < W_o) delta i j in
  chain_rule (forward K_h K_w (fun u v => moved (w u v) (- G u v)) (still2 x) (moved b (- B)))
  = - (\Sum_(u < K_h) \Sum_(v < K_w) G u v ^+ 2) - (\Sum_(i < H_o) \Sum_(j < W_o) delta i j) ^+ 2.
Proof.
move=> G B; transitivity (\Sum_(i < H_o) \Sum_(j < W_o) (delta i j * - B
    + \Sum_(u < K_h) \Sum_(v < K_w) (- G u v * (delta i j * x (i + u) (j + v))))).
  apply: eq_sum2 => i j _ _; rewrite (slope_reading _ _ _ _ (fun _ _ => _)) slope_moved mulrDr mul_sum2; congr (_ + _).
  apply: eq_sum2 => u v _ _; rewrite slope_moved slope_const mulr0 addr0 coefC /=; ring.
rewrite sum2_add sum2_swap -sum2_mul addrC; congr (_ + _); last by rewrite -/B; ring.
rewrite -sum2_opp; apply: eq_sum2 => u v _ _.
by rewrite -mul_sum2 -/(G u v); ring.
Qed.
End SingleKernel.
