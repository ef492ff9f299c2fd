(* A whole convolution layer: a batch, channels in and out, groups, and for rows and columns each
   a stride, a dilation and a padding.  Its three gradients. *)
From Book Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.

Section WholeLayer.
(* Stride, dilation, padding; input, kernel and output sizes; images; channels and kernels of one group; groups. *)
Variables (s_h s_w d_h d_w p_h p_w H W K_h K_w H_o W_o N C_g F_g G : int).

(* What tap (u, v) of output (i, j) sees in a channel of image n: x-tilde at s i + d u - p. *)
Definition seen (A : comRingType) (x : int -> int -> int -> int -> A) (n i j u v c : int) : A :=
  ext2 H W (fun r q => x n r q c) (s_h * i + d_h * u - p_h) (s_w * j + d_w * v - p_w).

(* Kernel f lies in group f / F_g, and reads the C_g channels of that group. *)
Definition channel (f c : int) : int := C_g * (f %/ F_g)%Z + c.

(* def-notation-forward, with groups *)
Definition forward (A : comRingType) (w x : int -> int -> int -> int -> A) (b : int -> A) (n i j f : int) : A :=
  b f + \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C_g) (w u v c f * seen x n i j u v (channel f c)).

Variables (R : comRingType) (w x delta : int -> int -> int -> int -> R) (b : int -> R).
Hypotheses (C_g_pos : 0 < C_g) (F_g_pos : 0 < F_g).

(* eq-multiple-kernels-chain-rule *)
Definition chain_rule (y : int -> int -> int -> int -> {poly R}) : R :=
  \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(f < G * F_g) (delta n i j f * slope (y n i j f)).

Lemma slope_forward (w' x' : int -> int -> int -> int -> {poly R}) b' n i j f :
  slope (forward w' x' b' n i j f)
  = slope (b' f) + \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(c < C_g)
      (slope (w' u v c f) * (seen x' n i j u v (channel f c))`_0
       + (w' u v c f)`_0 * slope (seen x' n i j u v (channel f c))).
Proof.
rewrite slope_add slope_sum2; congr (_ + _); apply: eq_sum2 => u v _ _.
by rewrite slope_sum; apply: eq_sum => c _; rewrite slope_mul.
Qed.

Theorem whole_layer_bias_gradient (f : int) : 0 <= f < G * F_g ->
  chain_rule (forward (still4 w) (still4 x) (fun f' => moved (b f') [is f' == f]))
  = \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) delta n i j f.
Proof.
move=> f_in; apply: eq_sum => n _; apply: eq_sum2 => i j _ _.
transitivity (\Sum_(f' < G * F_g) ([is f' == f] * delta n i j f')); last by rewrite pick isT // mul1r.
apply: eq_sum => f' _; rewrite slope_forward slope_moved.
under eq_sum2 => u v _ _ do under eq_sum => c _ do rewrite slope_const slope_ext2_still4 mul0r mulr0 addr0.
under eq_sum2 => u v _ _ do rewrite sum_zero.
by rewrite sum2_zero addr0 mulrC.
Qed.

Theorem whole_layer_kernel_gradient (u v c f : int) :
  0 <= u < K_h -> 0 <= v < K_w -> 0 <= c < C_g -> 0 <= f < G * F_g ->
  chain_rule (forward (move4 w u v c f) (still4 x) (fun f => (b f)%:P))
  = \Sum_(n < N) \Sum_(i < H_o) \Sum_(j < W_o) (delta n i j f * seen x n i j u v (channel f c)).
Proof.
move=> u_in v_in c_in f_in; apply: eq_sum => n _; apply: eq_sum2 => i j _ _.
pose met u v c f := seen x n i j u v (channel f c).
transitivity (\Sum_(f' < G * F_g) ([is f' == f] * (delta n i j f' * met u v c f'))); last first.
  by rewrite pick isT // mul1r.
apply: eq_sum => f' _; rewrite mulrCA; congr (_ * _).
rewrite slope_forward slope_const add0r.
transitivity (\Sum_(u' < K_h) ([is u' == u] * \Sum_(v' < K_w) ([is v' == v] * \Sum_(c' < C_g) ([is c' == c] *
    ([is f' == f] * met u' v' c' f'))))).
  apply: eq_sum => u' _; rewrite mul_sum; apply: eq_sum => v' _; rewrite !mul_sum; apply: eq_sum => c' _.
  rewrite slope_moved slope_ext2_still4 mulr0 addr0 ext2_coef0.
  rewrite (_ : ext2 _ _ _ _ _ = met u' v' c' f'); last by apply: ext2_ext => r q; rewrite coefC.
  by ring_is.
by rewrite pick isT // mul1r pick isT // mul1r pick isT // mul1r.
Qed.
(* One output seen from one pixel: every tap that meets it. *)
Lemma slope_by_pixel (n r q c n' i j f : int) : 0 <= r < H -> 0 <= q < W ->
  slope (forward (still4 w) (move4 x n r q c) (fun f => (b f)%:P) n' i j f)
  = [is n' == n] * \Sum_(u < K_h) \Sum_(v < K_w)
      ([is s_h * i + d_h * u - p_h == r] * [is s_w * j + d_w * v - p_w == q]
       * \Sum_(k < C_g) ([is channel f k == c] * w u v k f)).
Proof.
move=> r_in q_in; rewrite slope_forward slope_const add0r mul_sum2; apply: eq_sum2 => u v _ _.
rewrite !mul_sum; apply: eq_sum => k _; rewrite slope_const mul0r add0r coefC /= slope_ext2.
rewrite (@ext2_ext _ _ _ _ (fun r' q' : int => [is r' == r] * [is q' == q] *
    ([is n' == n] * [is channel f k == c]))); last first.
  by move=> r' q'; rewrite slope_moved; ring_is.
rewrite ext2_meet //; ring_is.
Qed.

(* A channel is read by the kernels of its group, each through one slice. *)
Lemma channel_slice (c u v f : int) :
  \Sum_(k < C_g) ([is channel f k == c] * w u v k f)
  = [is (f %/ F_g)%Z == (c %/ C_g)%Z] * w u v (c %% C_g)%Z f.
Proof.
transitivity (\Sum_(k < C_g) ([is k == c - C_g * (f %/ F_g)%Z] * w u v k f)).
  by apply: eq_sum => k _; congr ([is _] * _); rewrite /channel; lia.
rewrite pick; set g := (f %/ F_g)%Z; case: (altP (g =P (c %/ C_g)%Z)) => [->|other].
  have c_eq : c - C_g * (c %/ C_g)%Z = (c %% C_g)%Z by rewrite {1}(divz_eq c C_g); lia.
  by rewrite c_eq !isT // modz_ge0 ?ltz_pmod //; lia.
rewrite !isF ?mul0r //; apply: contra other => c_in.
by rewrite -{1}(block_of g c_in) addrC subrK eqxx.
Qed.

Theorem whole_layer_input_gradient (n r q c : int) :
  0 <= n < N -> 0 <= r < H -> 0 <= q < W -> 0 <= c < G * C_g ->
  let dilated (n r q f : int) := \Sum_(i < H_o) \Sum_(j < W_o)
      ([is s_h * i == r] * [is s_w * j == q] * delta n i j f) in
  let kernel (f : int) := F_g * (c %/ C_g)%Z + f in
  chain_rule (forward (still4 w) (move4 x n r q c) (fun f => (b f)%:P))
  = \Sum_(u < K_h) \Sum_(v < K_w) \Sum_(f < F_g)
      (dilated n (r + p_h - d_h * u) (q + p_w - d_w * v) (kernel f) * w u v (c %% C_g)%Z (kernel f)).
Proof.
move=> n_in r_in q_in c_in dilated kernel; rewrite /chain_rule.
transitivity (\Sum_(n' < N) ([is n' == n] * \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(f < G * F_g)
    \Sum_(u < K_h) \Sum_(v < K_w)
    ([is s_h * i + d_h * u - p_h == r] * [is s_w * j + d_w * v - p_w == q] * delta n' i j f
     * \Sum_(k < C_g) ([is channel f k == c] * w u v k f)))).
  apply: eq_sum => n' _; rewrite mul_sum2; apply: eq_sum2 => i j _ _.
  rewrite mul_sum; apply: eq_sum => f _; rewrite slope_by_pixel // mulrCA; congr (_ * _).
  rewrite mul_sum2; apply: eq_sum2 => u v _ _; ring_is.
rewrite pick isT // mul1r.
under eq_sum2 => i j _ _ do rewrite sum_swap2.
rewrite sum2_swap; apply: eq_sum2 => u v _ _.
rewrite -sum_swap2.
transitivity (\Sum_(f < G * F_g) ([is (f %/ F_g)%Z == (c %/ C_g)%Z]
    * (dilated n (r + p_h - d_h * u) (q + p_w - d_w * v) f * w u v (c %% C_g)%Z f))).
  apply: eq_sum => f _; rewrite sum2_mul mul_sum2; apply: eq_sum2 => i j _ _; rewrite channel_slice.
  rewrite (_ : (s_h * i + d_h * u - p_h == r) = (s_h * i == r + p_h - d_h * u)); last lia.
  rewrite (_ : (s_w * j + d_w * v - p_w == q) = (s_w * j == q + p_w - d_w * v)); last lia.
  ring_is.
rewrite pick_block //; first lia.
by rewrite divz_ge0 // ltz_divLR.
Qed.
End WholeLayer.
