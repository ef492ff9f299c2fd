(* Standardisation, the heart of batch, layer and group normalisation: subtract the mean, divide by the
   root of the variance. *)
From Book Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.

Section Standardisation.
Variables (F : fieldType) (D : int) (epsilon : F).

(* The mean of D numbers, and of D polynomials. *)
Definition mean (x : int -> F) : F := (\Sum_(k < D) x k) / D%:~R.
Definition mean_moved (x : int -> {poly F}) : {poly F} := (D%:~R^-1)%:P * \Sum_(k < D) x k.

(* Equal up to terms in the square of epsilon: this says what a root and a quotient of polynomials are. *)
Definition to_first_order (p q : {poly F}) : Prop := p`_0 = q`_0 /\ slope p = slope q.

Variables (x delta : int -> F) (e : int).
Local Notation X := (move1 x e).
(* The root of the variance, and the standardised numbers. *)
Variables (root : {poly F}) (hat : int -> {poly F}).
Hypotheses (D_pos : 0 <= D) (D_inv : D%:~R != 0 :> F) (two_inv : 2%:R != 0 :> F) (root_inv : root`_0 != 0).
Hypothesis is_root : to_first_order (root ^+ 2) (mean_moved (fun k => (X k - mean_moved X) ^+ 2) + epsilon%:P).
Hypothesis is_hat : forall k : int, 0 <= k < D -> to_first_order (hat k * root) (X k - mean_moved X).

Local Notation t := (fun k : int => [is k == e]).
Local Notation x_hat := (fun k : int => (hat k)`_0).

Lemma coef0_mul (p q : {poly F}) : (p * q)`_0 = p`_0 * q`_0.
Proof. by rewrite coefM big_ord1. Qed.

Lemma sum_const (a : F) : \Sum_(k < D) a = D%:~R * a.
Proof. by case: D D_pos => // n _; rewrite /= sumr_const card_ord mulr_natl. Qed.

Lemma mean_moved0 (y : int -> {poly F}) : (mean_moved y)`_0 = mean (fun k => (y k)`_0).
Proof. by rewrite coefCM coef0_sum mulrC. Qed.

Lemma slope_mean (y : int -> {poly F}) : slope (mean_moved y) = mean (fun k => slope (y k)).
Proof. by rewrite slope_scaled slope_sum mulrC. Qed.

Lemma gap0 k : (X k - mean_moved X)`_0 = x k - mean x.
Proof. by rewrite coefB moved0 mean_moved0; congr (_ - _ / _); apply: eq_sum => l _; exact: moved0. Qed.

Lemma slope_gap k : slope (X k - mean_moved X) = t k - mean t.
Proof.
rewrite /slope coefB -!/(slope _) slope_moved slope_mean.
by congr (_ - _ / _); apply: eq_sum => l _; exact: slope_moved.
Qed.

(* What is left of the mean has mean 0. *)
Lemma mean_hat : mean x_hat = 0.
Proof.
apply: (mulIf root_inv); rewrite mul0r /mean mulrAC sum_mul.
have -> : \Sum_(k < D) (x_hat k * root`_0) = \Sum_(k < D) (x k - mean x).
  by apply: eq_sum => k k_in; have [same _] := is_hat k_in; rewrite -gap0 -same coef0_mul.
by rewrite sum_add sum_const /mean mulrN [D%:~R * _]mulrC divfK // subrr mul0r.
Qed.

(* The root moves by the mean of x_hat t. *)
Lemma slope_root : slope root = mean (fun k => x_hat k * t k).
Proof.
have two_root : 2%:R * root`_0 != 0 by rewrite mulf_neq0.
apply: (mulfI two_root); have [_] := is_root; rewrite expr2 slope_mul slope_add slope_const addr0 slope_mean.
rewrite [slope root * _]mulrC -mulr2n -mulr_natl mulrA.
move=> ->; transitivity (2%:R * root`_0 * (mean (fun k => x_hat k * t k) - mean x_hat * mean t)); last first.
  by rewrite mean_hat mul0r subr0.
rewrite /mean; transitivity ((\Sum_(k < D) (2%:R * root`_0 * (x_hat k * (t k - mean t)))) / D%:~R).
  congr (_ / _); apply: eq_sum => k k_in; rewrite expr2 slope_mul slope_gap; have [same _] := is_hat k_in.
  by rewrite -same coef0_mul; ring_is.
rewrite -mul_sum -[LHS]mulrA -/(mean t); congr (_ * _); set centre := mean t.
have -> : \Sum_(k < D) (x_hat k * (t k - centre)) = \Sum_(k < D) (x_hat k * t k) - (\Sum_(k < D) x_hat k) * centre.
  by rewrite sum_mul -sum_opp -sum_add; apply: eq_sum => k _; rewrite mulrBr.
by rewrite mulrBl; congr (_ - _); rewrite mulrAC.
Qed.

Lemma slope_hat k : 0 <= k < D -> slope (hat k) = (t k - mean t - x_hat k * mean (fun k => x_hat k * t k)) / root`_0.
Proof.
move=> k_in; apply: (mulIf root_inv); rewrite divfK //; have [_] := is_hat k_in.
by rewrite slope_mul slope_gap slope_root => <-; rewrite addrK.
Qed.

(* Of each delta subtract the mean delta, and x_hat times the mean of delta x_hat; divide by the root. *)
Theorem standardisation_input_gradient : 0 <= e < D ->
  \Sum_(k < D) (delta k * slope (hat k))
  = (delta e - mean delta - x_hat e * mean (fun k => delta k * x_hat k)) / root`_0.
Proof.
move=> e_in; have mean_t (f : int -> F) : mean (fun k => f k * t k) = f e / D%:~R.
  by rewrite /mean; congr (_ / _); under eq_sum => k _ do rewrite mulrC; rewrite pick isT // mul1r.
have mean_1 : mean t = D%:~R^-1.
  by rewrite -[RHS]mul1r -(mean_t (fun _ => 1)); congr (_ / _); apply: eq_sum => k _; rewrite mul1r.
transitivity ((\Sum_(k < D) (delta k * t k - (delta k * D%:~R^-1 + x_hat e / D%:~R * (delta k * x_hat k)))) / root`_0).
  rewrite [RHS]sum_mul; apply: eq_sum => k k_in; rewrite slope_hat // mean_t mean_1; ring_is.
congr (_ / _); rewrite sum_add sum_opp sum_add -mul_sum -sum_mul.
under eq_sum => k _ do rewrite mulrC.
by rewrite pick isT // mul1r /mean opprD addrA mulrAC mulrA.
Qed.
End Standardisation.
