(* Chapter "Layers and deltas": dense layers, activations, the deltas from layer to layer. *)
From Book Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.

Section Dense.
Variables (N D D_o : int).

(* def-layers-and-deltas-forward *)
Definition forward (A : comRingType) (w x : int -> int -> A) (b : int -> A) (n o : int) : A :=
  b o + \Sum_(i < D) (x n i * w i o).

Variables (R : comRingType) (w x y delta g : int -> int -> R) (b : int -> R).

(* eq-layers-and-deltas-chain-rule *)
Definition chain_rule (y : int -> int -> {poly R}) : R :=
  \Sum_(n < N) \Sum_(o < D_o) (delta n o * slope (y n o)).

Lemma slope_forward (w' x' : int -> int -> {poly R}) b' n o :
  slope (forward w' x' b' n o)
  = slope (b' o) + \Sum_(i < D) (slope (x' n i) * (w' i o)`_0 + (x' n i)`_0 * slope (w' i o)).
Proof. by rewrite slope_add slope_sum; congr (_ + _); apply: eq_sum => i _; rewrite slope_mul. Qed.

Theorem eq_layers_and_deltas_bias_gradient (o : int) : 0 <= o < D_o ->
  chain_rule (forward (still2 w) (still2 x) (move1 b o)) = \Sum_(n < N) delta n o.
Proof.
move=> o_in; apply: eq_sum => n _.
transitivity (\Sum_(o' < D_o) ([is o' == o] * delta n o')); last by rewrite pick isT // mul1r.
apply: eq_sum => o' _; rewrite slope_forward slope_moved mulrC; congr (_ * _).
under eq_sum => i _ do rewrite !slope_const mul0r mulr0 addr0.
by rewrite sum_zero addr0.
Qed.

Theorem eq_layers_and_deltas_weight_gradient (i o : int) : 0 <= i < D -> 0 <= o < D_o ->
  chain_rule (forward (move2 w i o) (still2 x) (still1 b)) = \Sum_(n < N) (delta n o * x n i).
Proof.
move=> i_in o_in; apply: eq_sum => n _.
transitivity (\Sum_(o' < D_o) ([is o' == o] * (delta n o' * x n i))); last by rewrite pick isT // mul1r.
apply: eq_sum => o' _; rewrite slope_forward slope_const add0r mulrCA; congr (_ * _).
transitivity (\Sum_(i' < D) ([is i' == i] * ([is o' == o] * x n i'))); last by rewrite pick isT // mul1r.
by apply: eq_sum => i' _; rewrite slope_const slope_moved mul0r add0r coefC /=; ring_is.
Qed.

(* Every output reads entry (n, i), through a weight of its own. *)
Lemma by_entry (sent : int -> int -> R) (n i : int) : 0 <= n < N -> 0 <= i < D ->
  \Sum_(n' < N) \Sum_(o < D_o) (sent n' o * \Sum_(i' < D) ([is n' == n] * [is i' == i] * w i' o))
  = \Sum_(o < D_o) (sent n o * w i o).
Proof.
move=> n_in i_in.
transitivity (\Sum_(n' < N) ([is n' == n] * \Sum_(o < D_o) (sent n' o * w i o))); last by rewrite pick isT // mul1r.
apply: eq_sum => n' _; rewrite mul_sum; apply: eq_sum => o _; rewrite mulrCA; congr (_ * _).
transitivity (\Sum_(i' < D) ([is i' == i] * ([is n' == n] * w i' o))); last by rewrite pick isT // mul1r.
by apply: eq_sum => i' _; ring_is.
Qed.

Theorem eq_layers_and_deltas_input_gradient (n i : int) : 0 <= n < N -> 0 <= i < D ->
  chain_rule (forward (still2 w) (move2 x n i) (still1 b)) = \Sum_(o < D_o) (delta n o * w i o).
Proof.
move=> n_in i_in; rewrite -by_entry //; apply: eq_sum2 => n' o _ _; rewrite slope_forward slope_const add0r.
by congr (_ * _); apply: eq_sum => i' _; rewrite slope_const slope_moved mulr0 addr0 coefC.
Qed.

(* delta = h'(y) g *)
Theorem eq_layers_and_deltas_activation (h h' : R -> R) (n i : int) : 0 <= n < N -> 0 <= i < D ->
  \Sum_(n' < N) \Sum_(i' < D) (g n' i' * slope (through h h' (move2 y n i n' i'))) = h' (y n i) * g n i.
Proof.
move=> n_in i_in.
transitivity (\Sum_(n' < N) \Sum_(i' < D) ([is n' == n] * [is i' == i] * (h' (y n' i') * g n' i'))).
  by apply: eq_sum2 => n' i' _ _; rewrite !slope_moved moved0; ring_is.
by rewrite pick2 ext2_inside.
Qed.

Theorem eq_layers_and_deltas_delta (h h' : R -> R) (n i : int) : 0 <= n < N -> 0 <= i < D ->
  chain_rule (forward (still2 w) (fun n' i' => through h h' (move2 y n i n' i')) (still1 b))
  = h' (y n i) * \Sum_(o < D_o) (delta n o * w i o).
Proof.
move=> n_in i_in; rewrite mul_sum; under [RHS]eq_sum => o _ do rewrite mulrA.
rewrite -(by_entry (fun n' o => h' (y n i) * delta n' o)) //; apply: eq_sum2 => n' o _ _.
rewrite slope_forward slope_const add0r -mulrA mulrCA; congr (_ * _); rewrite mul_sum; apply: eq_sum => i' _.
rewrite slope_const mulr0 addr0 coefC /= !slope_moved moved0 [h' _ * (_ * _)]mulrC.
by rewrite (is_subst2 _ _ _ _ (fun n i => h' (y n i))); ring_is.
Qed.

(* The other recursion: through the activation of this layer, then back through its weights. *)
Theorem eq_layers_and_deltas_g (h h' : R -> R) (n i : int) : 0 <= n < N -> 0 <= i < D ->
  let y := forward w x b in
  \Sum_(n' < N) \Sum_(o < D_o)
    (g n' o * slope (through h h' (forward (still2 w) (move2 x n i) (still1 b) n' o)))
  = \Sum_(o < D_o) (h' (y n o) * g n o * w i o).
Proof.
move=> n_in i_in y'; rewrite -(by_entry (fun n o => h' (y' n o) * g n o)) //; apply: eq_sum2 => n' o _ _.
rewrite slope_moved slope_forward slope_const add0r.
have -> : (forward (still2 w) (move2 x n i) (still1 b) n' o)`_0 = y' n' o.
  rewrite /forward /y' coefD coefC /= coef0_sum; congr (_ + _); apply: eq_sum => i' _.
  by rewrite coefMC moved0.
rewrite [h' _ * g _ _]mulrC -mulrA; congr (_ * (_ * _)); apply: eq_sum => i' _.
by rewrite slope_const slope_moved mulr0 addr0 coefC.
Qed.

(* A step of the weights before the delta is sent back changes it. *)
Theorem eq_layers_and_deltas_old_weights (eta : R) (n i : int) :
  let new_w i o := w i o - eta * \Sum_(n' < N) (delta n' o * x n' i) in
  \Sum_(o < D_o) (delta n o * new_w i o) - \Sum_(o < D_o) (delta n o * w i o)
  = - (eta * \Sum_(n' < N) \Sum_(o < D_o) (delta n' o * delta n o * x n' i)).
Proof.
move=> new_w; rewrite sum_swap -sum_opp -sum_add mul_sum -sum_opp; apply: eq_sum => o _.
rewrite /new_w; transitivity (- (eta * (delta n o * \Sum_(n' < N) (delta n' o * x n' i)))); first by ring.
by rewrite mul_sum; congr (- (_ * _)); apply: eq_sum => n' _; ring.
Qed.
End Dense.

(* def-layers-and-deltas-squared-error: half the mean over the examples of the squared distance *)
Theorem eq_layers_and_deltas_squared_error (F : fieldType) (N D : int) (x t : int -> int -> F) (n i : int) :
  2%:R != 0 :> F -> 0 <= n < N -> 0 <= i < D ->
  slope (((2%:R * N%:~R)^-1)%:P * \Sum_(n' < N) \Sum_(i' < D) (move2 x n i n' i' - (t n' i')%:P) ^+ 2)
  = (x n i - t n i) / N%:~R.
Proof.
move=> two n_in i_in; rewrite slope_scaled slope_sum2.
transitivity ((2%:R * N%:~R)^-1 * \Sum_(n' < N) \Sum_(i' < D)
    ([is n' == n] * [is i' == i] * (2%:R * (x n' i' - t n' i')))).
  congr (_ * _); apply: eq_sum2 => n' i' _ _; rewrite expr2 slope_mul coefB moved0 coefC /=.
  rewrite /slope coefB coefC /= -/(slope _) slope_moved; ring_is.
by rewrite pick2 ext2_inside // invfM mulrCA -mulrA mulVKf // mulrC.
Qed.
