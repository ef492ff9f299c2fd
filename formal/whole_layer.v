(* Chapter "Stride", the whole layer: a batch, channels in and out, groups, and for rows and columns each a stride,
   a dilation and a padding.  Its three gradients, and those of the transposed convolution. *)
From Book Require Import definitions stride.
Set Implicit Arguments.
Unset Strict Implicit.

(* Arrays with five indices: not moved, and moved in one entry. *)
Section Arrays.
Variable R : comRingType.
Implicit Types x : int -> int -> int -> int -> int -> R.
Definition still5 x := fun n r q gamma c => (x n r q gamma c)%:P.
Definition move5 x (n r q gamma c : int) := fun n' r' q' gamma' c' : int => moved (x n' r' q' gamma' c')
  ([is n' == n] * ([is r' == r] * [is q' == q] * ([is gamma' == gamma] * [is c' == c]))).
End Arrays.

Section WholeLayer.
(* Strides, dilations, paddings; input, kernel and output sizes; images; channels and kernels of a group; groups. *)
Variables (s_h s_w d_h d_w p_h p_w H W K_h K_w H_o W_o N C F G : int).

(* What tap (u, v) of output (i, j) sees in a map: x-tilde at i s + d u - p. *)
Definition seen (A : comRingType) (x : int -> int -> A) (i j u v : int) : A :=
  ext2 H W x (i * s_h + d_h * u - p_h) (j * s_w + d_w * v - p_w).

(* def-stride-general-forward *)
Definition forward (A : comRingType) (w x : int -> int -> int -> int -> int -> A) (b : int -> int -> A)
    (n i j gamma f : int) : A :=
  b gamma f + \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C)
    (w u v c gamma f * seen (fun r q => x n r q gamma c) i j u v).

Variable R : comRingType.

Section Convolution.
Variables (w x delta : int -> int -> int -> int -> int -> R) (b : int -> int -> R).

(* eq-multiple-kernels-chain-rule, over all groups *)
Definition chain_rule (y : int -> int -> int -> int -> int -> {poly R}) : R :=
  \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(gamma < G) \Sum_(f < F)
    (delta n i j gamma f * slope (y n i j gamma f)).

Lemma slope_forward (w' x' : int -> int -> int -> int -> int -> {poly R}) b' n i j gamma f :
  slope (forward w' x' b' n i j gamma f)
  = slope (b' gamma f) + \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C)
      (slope (w' u v c gamma f) * seen (fun r q => (x' n r q gamma c)`_0) i j u v
       + (w' u v c gamma f)`_0 * seen (fun r q => slope (x' n r q gamma c)) i j u v).
Proof.
rewrite slope_add slope_sum2; congr (_ + _); apply: eq_sum2 => u v _ _.
by rewrite slope_sum; apply: eq_sum => c _; rewrite slope_mul /seen ext2_coef0 slope_ext2.
Qed.

(* The input does not move. *)
Lemma seen_still n gamma c i j u v : seen (fun r q => slope (still5 x n r q gamma c)) i j u v = 0.
Proof. by rewrite /seen /ext2; case: ifP => // _; rewrite slope_const. Qed.

Theorem eq_stride_general_bias_gradient (gamma f : int) : 0 <= gamma < G -> 0 <= f < F ->
  chain_rule (forward (still5 w) (still5 x) (move2 b gamma f))
  = \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) delta n i j gamma f.
Proof.
move=> gamma_in f_in; apply: eq_sum => n _; apply: eq_sum2 => i j _ _.
rewrite -[RHS](ext2_inside (fun gamma f => delta n i j gamma f) gamma_in f_in) -pick2.
apply: eq_sum2 => gamma' f' _ _; rewrite slope_forward slope_moved.
under eq_sum2 => u v _ _ do under eq_sum => c _ do rewrite slope_const seen_still mul0r mulr0 addr0.
under eq_sum2 => u v _ _ do rewrite sum_zero.
by rewrite sum2_zero addr0 mulrC.
Qed.

Theorem eq_stride_general_kernel_gradient (u v c gamma f : int) :
  0 <= u < K_h -> 0 <= v < K_w -> 0 <= c < C -> 0 <= gamma < G -> 0 <= f < F ->
  chain_rule (forward (move5 w u v c gamma f) (still5 x) (still2 b))
  = \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o)
      (delta n i j gamma f * ext2 H W (fun r q => x n r q gamma c)
        (d_h * u + i * s_h - p_h) (d_w * v + j * s_w - p_w)).
Proof.
move=> u_in v_in c_in gamma_in f_in; apply: eq_sum => n _; apply: eq_sum2 => i j _ _.
pose met u v c gamma := seen (fun r q => x n r q gamma c) i j u v.
transitivity (delta n i j gamma f * met u v c gamma); last by congr (_ * ext2 _ _ _ _ _); lia.
rewrite -(ext2_inside (fun gamma f => delta n i j gamma f * met u v c gamma) gamma_in f_in) -pick2.
apply: eq_sum2 => gamma' f' _ _; rewrite mulrCA; congr (_ * _); rewrite slope_forward slope_const add0r.
transitivity (\Sum_(u' < K_h) \Sum_(v' < K_w) ([is u' == u] * [is v' == v] * \Sum_(c' < C) ([is c' == c] *
    ([is gamma' == gamma] * [is f' == f] * met u' v' c' gamma')))).
  apply: eq_sum2 => u' v' _ _; rewrite mul_sum; apply: eq_sum => c' _.
  rewrite slope_moved seen_still mulr0 addr0.
  rewrite (_ : seen _ _ _ _ _ = met u' v' c' gamma'); last by apply: ext2_ext => r q; rewrite coefC.
  by ring_is.
by rewrite pick2 ext2_inside // pick isT // mul1r.
Qed.

(* One output seen from one pixel: every tap that meets it. *)
Lemma slope_by_pixel (n r q gamma c n' i j gamma' f : int) : 0 <= r < H -> 0 <= q < W -> 0 <= c < C ->
  slope (forward (still5 w) (move5 x n r q gamma c) (still2 b) n' i j gamma' f)
  = [is n' == n] * ([is gamma' == gamma] * \Sum_(u < K_h) \Sum_(v < K_w)
      ([is i * s_h + d_h * u - p_h == r] * [is j * s_w + d_w * v - p_w == q] * w u v c gamma' f)).
Proof.
move=> r_in q_in c_in; rewrite slope_forward slope_const add0r !mul_sum2; apply: eq_sum2 => u v _ _.
transitivity (\Sum_(c' < C) ([is c' == c] * ([is n' == n] * ([is gamma' == gamma] *
    ([is i * s_h + d_h * u - p_h == r] * [is j * s_w + d_w * v - p_w == q] * w u v c' gamma' f))))); last first.
  by rewrite pick isT // mul1r.
apply: eq_sum => c' _; rewrite slope_const mul0r add0r coefC /= /seen.
rewrite (@ext2_ext _ _ _ _ (fun r' q' : int => [is r' == r] * [is q' == q] *
    ([is n' == n] * ([is gamma' == gamma] * [is c' == c])))); last first.
  by move=> r' q'; rewrite slope_moved; ring_is.
rewrite ext2_meet //; ring_is.
Qed.

Theorem eq_stride_general_pairs (n r q gamma c : int) :
  0 <= n < N -> 0 <= r < H -> 0 <= q < W -> 0 <= gamma < G -> 0 <= c < C ->
  let chi_h i u r := [is i * s_h + d_h * u - p_h == r] in
  let chi_w j v q := [is j * s_w + d_w * v - p_w == q] in
  chain_rule (forward (still5 w) (move5 x n r q gamma c) (still2 b))
  = \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
      (chi_h i u r * chi_w j v q * delta n i j gamma f * w u v c gamma f).
Proof.
move=> n_in r_in q_in gamma_in c_in chi_h chi_w.
transitivity (\Sum_(n' < N) ([is n' == n] * \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(gamma' < G) ([is gamma' == gamma] *
    \Sum_(f < F) \Sum_(u < K_h) \Sum_(v < K_w)
      (chi_h i u r * chi_w j v q * delta n' i j gamma' f * w u v c gamma' f)))).
  apply: eq_sum => n' _; rewrite mul_sum2; apply: eq_sum2 => i j _ _; rewrite mul_sum; apply: eq_sum => gamma' _.
  rewrite !mul_sum; apply: eq_sum => f _; rewrite slope_by_pixel // mulrCA; congr (_ * _).
  by rewrite mulrCA; congr (_ * _); rewrite mul_sum2; apply: eq_sum2 => u v _ _; rewrite /chi_h /chi_w; ring_is.
rewrite pick isT // mul1r; apply: eq_sum2 => i j _ _.
by rewrite pick isT // mul1r sum_swap2.
Qed.

Theorem eq_stride_general_dilated (n r q gamma c : int) :
  0 <= n < N -> 0 <= r < H -> 0 <= q < W -> 0 <= gamma < G -> 0 <= c < C ->
  chain_rule (forward (still5 w) (move5 x n r q gamma c) (still2 b))
  = \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
      (dilated s_h s_w H_o W_o (fun i j => delta n i j gamma f) (p_h + r - d_h * u) (p_w + q - d_w * v)
       * w u v c gamma f).
Proof.
move=> n_in r_in q_in gamma_in c_in; rewrite eq_stride_general_pairs // sum2_swap; apply: eq_sum2 => u v _ _.
rewrite -sum_swap2; apply: eq_sum => f _; rewrite sum2_mul; apply: eq_sum2 => i j _ _.
rewrite (_ : (i * s_h + d_h * u - p_h == r) = (i * s_h == p_h + r - d_h * u)); last lia.
rewrite (_ : (j * s_w + d_w * v - p_w == q) = (j * s_w == p_w + q - d_w * v)); last lia.
ring_is.
Qed.
End Convolution.

(* --- The transposed convolution of one group: a small map y paints copies of the kernel into z --- *)

(* def-stride-transposed *)
Definition transposed (A : comRingType) (w y : int -> int -> int -> int -> A) (b : int -> A) (n r q c : int) : A :=
  b c + \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
    ([is i * s_h + d_h * u - p_h == r] * [is j * s_w + d_w * v - p_w == q] * (y n i j f * w u v c f)).

Variables (w y zeta : int -> int -> int -> int -> R) (b : int -> R).

(* eq-multiple-kernels-chain-rule, with zeta for delta: z has H by W pixels and C channels *)
Definition painted_chain_rule (z : int -> int -> int -> int -> {poly R}) : R :=
  \Sum_(n < N) \Sum_(r < H) \Sum_(q < W) \Sum_(c < C) (zeta n r q c * slope (z n r q c)).

Lemma slope_transposed (w' y' : int -> int -> int -> int -> {poly R}) b' n r q c :
  slope (transposed w' y' b' n r q c)
  = slope (b' c) + \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F)
      ([is i * s_h + d_h * u - p_h == r] * [is j * s_w + d_w * v - p_w == q]
       * (slope (y' n i j f) * (w' u v c f)`_0 + (y' n i j f)`_0 * slope (w' u v c f))).
Proof.
have still (P : bool) : [is P] = [is P]%:P :> {poly R} by case: P; rewrite /bracket ?polyC1 ?polyC0.
rewrite slope_add slope_sum2; congr (_ + _); apply: eq_sum2 => i j _ _; rewrite slope_sum2.
apply: eq_sum2 => u v _ _; rewrite slope_sum; apply: eq_sum => f _.
by rewrite !still -!mulrA !slope_scaled slope_mul.
Qed.

Theorem eq_stride_transposed_bias_gradient (c : int) : 0 <= c < C ->
  painted_chain_rule (transposed (still4 w) (still4 y) (move1 b c))
  = \Sum_(n < N) \Sum_(r < H) \Sum_(q < W) zeta n r q c.
Proof.
move=> c_in; apply: eq_sum => n _; apply: eq_sum2 => r q _ _.
transitivity (\Sum_(c' < C) ([is c' == c] * zeta n r q c')); last by rewrite pick isT // mul1r.
apply: eq_sum => c' _; rewrite slope_transposed slope_moved mulrC; congr (_ * _).
under eq_sum2 => i j _ _ do under eq_sum2 => u v _ _ do under eq_sum => f _ do
  rewrite !slope_const mul0r mulr0 addr0 mulr0.
under eq_sum2 => i j _ _ do under eq_sum2 => u v _ _ do rewrite sum_zero.
under eq_sum2 => i j _ _ do rewrite sum2_zero.
by rewrite sum2_zero addr0.
Qed.

(* The brackets pick the pixel that tap (u, v) of place (i, j) paints. *)
Lemma pick_seen (z : int -> int -> R) (i j u v : int) :
  \Sum_(r < H) \Sum_(q < W) ([is i * s_h + d_h * u - p_h == r] * [is j * s_w + d_w * v - p_w == q] * z r q)
  = ext2 H W z (d_h * u + i * s_h - p_h) (d_w * v + j * s_w - p_w).
Proof.
rewrite -pick2; apply: eq_sum2 => r q _ _.
rewrite (_ : (i * s_h + d_h * u - p_h == r) = (r == d_h * u + i * s_h - p_h)); last lia.
by rewrite (_ : (j * s_w + d_w * v - p_w == q) = (q == d_w * v + j * s_w - p_w)); last lia.
Qed.

(* Backward through a transposed convolution is a convolution: forward with the same steps. *)
Theorem eq_stride_transposed_backward (n i j f : int) :
  0 <= n < N -> 0 <= i < H_o -> 0 <= j < W_o -> 0 <= f < F ->
  painted_chain_rule (transposed (still4 w) (move4 y n i j f) (still1 b))
  = \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C)
      (ext2 H W (fun r q => zeta n r q c) (d_h * u + i * s_h - p_h) (d_w * v + j * s_w - p_w) * w u v c f).
Proof.
move=> n_in i_in j_in f_in.
transitivity (\Sum_(n' < N) ([is n' == n] * \Sum_(r < H) \Sum_(q < W) \Sum_(c < C) \Sum_(u < K_h) \Sum_(v < K_w)
    ([is i * s_h + d_h * u - p_h == r] * [is j * s_w + d_w * v - p_w == q] * zeta n' r q c * w u v c f))).
  apply: eq_sum => n' _; rewrite mul_sum2; apply: eq_sum2 => r q _ _; rewrite mul_sum; apply: eq_sum => c _.
  rewrite slope_transposed slope_const add0r.
  transitivity (zeta n' r q c * \Sum_(i' < H_o) \Sum_(j' < W_o) ([is i' == i] * [is j' == j] *
      \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f' < F) ([is f' == f] * ([is n' == n] *
        ([is i' * s_h + d_h * u - p_h == r] * [is j' * s_w + d_w * v - p_w == q] * w u v c f'))))).
    congr (_ * _); apply: eq_sum2 => i' j' _ _; rewrite mul_sum2; apply: eq_sum2 => u v _ _.
    by rewrite mul_sum; apply: eq_sum => f' _; rewrite slope_moved slope_const mulr0 addr0 coefC /=; ring_is.
  rewrite pick2 ext2_inside // !mul_sum2; apply: eq_sum2 => u v _ _.
  by rewrite pick isT // mul1r; ring_is.
rewrite pick isT // mul1r; under eq_sum2 => r q _ _ do rewrite sum_swap2.
rewrite sum2_swap; apply: eq_sum2 => u v _ _; rewrite -sum_swap2; apply: eq_sum => c _.
by rewrite -pick_seen sum2_mul.
Qed.

Theorem eq_stride_transposed_kernel_gradient (u v c f : int) :
  0 <= u < K_h -> 0 <= v < K_w -> 0 <= c < C -> 0 <= f < F ->
  painted_chain_rule (transposed (move4 w u v c f) (still4 y) (still1 b))
  = \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o)
      (ext2 H W (fun r q => zeta n r q c) (d_h * u + i * s_h - p_h) (d_w * v + j * s_w - p_w) * y n i j f).
Proof.
move=> u_in v_in c_in f_in; apply: eq_sum => n _.
transitivity (\Sum_(r < H) \Sum_(q < W) \Sum_(i < H_o) \Sum_(j < W_o)
    ([is i * s_h + d_h * u - p_h == r] * [is j * s_w + d_w * v - p_w == q] * zeta n r q c * y n i j f)); last first.
  by rewrite sum2_swap; apply: eq_sum2 => i j _ _; rewrite -pick_seen sum2_mul.
apply: eq_sum2 => r q _ _.
transitivity (\Sum_(c' < C) ([is c' == c] * \Sum_(i < H_o) \Sum_(j < W_o)
    ([is i * s_h + d_h * u - p_h == r] * [is j * s_w + d_w * v - p_w == q] * zeta n r q c' * y n i j f))).
  apply: eq_sum => c' _; rewrite slope_transposed slope_const add0r !mul_sum2; apply: eq_sum2 => i j _ _.
  transitivity (zeta n r q c' * \Sum_(u' < K_h) \Sum_(v' < K_w) ([is u' == u] * [is v' == v] *
      \Sum_(f' < F) ([is f' == f] * ([is c' == c] *
        ([is i * s_h + d_h * u' - p_h == r] * [is j * s_w + d_w * v' - p_w == q] * y n i j f'))))).
    congr (_ * _); apply: eq_sum2 => u' v' _ _; rewrite mul_sum; apply: eq_sum => f' _.
    by rewrite slope_moved slope_const mul0r add0r coefC /=; ring_is.
  by rewrite pick2 ext2_inside // pick isT // mul1r; ring_is.
by rewrite pick isT // mul1r.
Qed.
End WholeLayer.
