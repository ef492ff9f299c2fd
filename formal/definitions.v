(* What every file here shares: sums over ranges, brackets, zero-extended arrays, and one derivative.

   Indices and sizes are whole numbers (int), values lie in any commutative ring R,
   and an array is a function of its indices. *)
From mathcomp Require Export all_ssreflect all_algebra.
From mathcomp Require Export zify ring.
Export GRing.Theory.
Global Open Scope ring_scope.
Set Implicit Arguments.
Unset Strict Implicit.

(* [is P] is 1 if P holds, and 0 otherwise. *)
Definition bracket (R : ringType) (P : bool) : R := P%:R.
Notation "[ 'is' P ]" := (bracket _ P) (at level 0, P at level 99, format "[ 'is'  P ]") : ring_scope.

(* \Sum_(k < n) f k = f 0 + ... + f (n - 1); the sum is empty for n <= 0. *)
Definition sum_below (R : zmodType) (n : int) (f : int -> R) : R :=
  if n is Posz m then \sum_(k < m) f (Posz k) else 0.
Notation "\Sum_ ( k < n ) F" := (sum_below n (fun k : int => F))
  (at level 41, F at level 41, k, n at level 50, format "\Sum_ ( k  <  n )  F") : ring_scope.

(* \Sum_(a <= k <= b) f k = f a + ... + f b *)
Notation "\Sum_ ( a <= k <= b ) F" := (sum_below (b - a + 1) (fun k' : int => (fun k : int => F) (a + k')))
  (at level 41, F at level 41, a, k, b at level 50, only parsing) : ring_scope.

(* The ring tactic, for which a bracket is a number like any other. *)
Ltac ring_is := repeat match goal with |- context [@bracket ?R ?P] => move: (@bracket R P) => ? end; ring.

Lemma isT (R : ringType) (P : bool) : P -> [is P] = 1 :> R.
Proof. by rewrite /bracket => ->. Qed.

Lemma isF (R : ringType) (P : bool) : ~~ P -> [is P] = 0 :> R.
Proof. by rewrite /bracket => /negbTE ->. Qed.

Section Sums.
Variable R : comRingType.
Implicit Types (k m n : int) (f g : int -> R) (a b : R).

Lemma eq_sum (S : zmodType) n (f g : int -> S) :
  (forall k : int, 0 <= k < n -> f k = g k) -> \Sum_(k < n) f k = \Sum_(k < n) g k.
Proof. by case: n => //= m same; apply: eq_bigr => k _; apply: same; have := ltn_ord k; lia. Qed.

Lemma sum_zero (S : zmodType) n : \Sum_(k < n) 0 = 0 :> S.
Proof. by case: n => //= m; rewrite big1. Qed.

Lemma sum_add (S : zmodType) n (f g : int -> S) :
  \Sum_(k < n) (f k + g k) = \Sum_(k < n) f k + \Sum_(k < n) g k.
Proof. by case: n => [m|m] /=; rewrite ?big_split ?addr0. Qed.

Lemma sum_opp (S : zmodType) n (f : int -> S) : \Sum_(k < n) - f k = - \Sum_(k < n) f k.
Proof. by case: n => [m|m] /=; rewrite ?sumrN ?oppr0. Qed.

Lemma mul_sum n a f : a * (\Sum_(k < n) f k) = \Sum_(k < n) (a * f k).
Proof. by case: n => [m|m] /=; rewrite ?mulr_sumr ?mulr0. Qed.

Lemma sum_mul n a f : (\Sum_(k < n) f k) * a = \Sum_(k < n) (f k * a).
Proof. by rewrite mulrC mul_sum; apply: eq_sum => k _; rewrite mulrC. Qed.

(* Two sums change places. *)
Lemma sum_swap (S : zmodType) m n (f : int -> int -> S) :
  \Sum_(i < m) \Sum_(j < n) f i j = \Sum_(j < n) \Sum_(i < m) f i j.
Proof.
case: m n => [m|m] [n|n] //=; first by rewrite exchange_big.
  by rewrite big1.
by rewrite big1.
Qed.

(* Counted from the other end, a sum has the same terms. *)
Lemma sum_reverse (S : zmodType) n (f : int -> S) : \Sum_(k < n) f k = \Sum_(k < n) f (n - k - 1).
Proof.
case: n => //= m; rewrite (reindex_inj rev_ord_inj) /=.
apply: eq_bigr => k _; congr f; have := ltn_ord k; lia.
Qed.

(* One more, and one fewer: sums step by step. *)
Lemma sum_empty (S : zmodType) n (f : int -> S) : n <= 0 -> \Sum_(k < n) f k = 0.
Proof. by case: n => [[|m]|m] //= _; rewrite big_ord0. Qed.

Lemma sum_last (S : zmodType) n (f : int -> S) : 0 <= n -> \Sum_(k < n + 1) f k = \Sum_(k < n) f k + f n.
Proof. by case: n => [m|m] // _; rewrite (_ : Posz m + 1 = Posz m.+1); last lia; rewrite /= big_ord_recr. Qed.

Lemma sum_one (S : zmodType) (f : int -> S) : \Sum_(k < 1) f k = f 0.
Proof. exact: big_ord1. Qed.

Lemma sum_split (S : zmodType) m n (f : int -> S) : 0 <= m -> 0 <= n ->
  \Sum_(k < m + n) f k = \Sum_(k < m) f k + \Sum_(k < n) f (m + k).
Proof.
case: m n => [m|] // [n|] // _ _; rewrite (_ : Posz m + Posz n = Posz (m + n)) /=; last lia.
by rewrite big_split_ord; congr (_ + _); apply: eq_bigr => k _; congr f; rewrite PoszD.
Qed.

Lemma sum_ge0 (F : numDomainType) n (f : int -> F) :
  (forall k : int, 0 <= k < n -> 0 <= f k) -> 0 <= \Sum_(k < n) f k.
Proof. by case: n => //= n f_pos; apply: Num.Theory.sumr_ge0 => k _; apply: f_pos; have := ltn_ord k; lia. Qed.

(* A bracket inside a sum picks one term. *)
Lemma pick n k f : \Sum_(i < n) ([is i == k] * f i) = [is 0 <= k < n] * f k.
Proof.
case: n k => [n|n] k /=; last first.
  by rewrite (_ : 0 <= k < _ = false) ?mul0r //; lia.
case: (boolP (0 <= k < n)) => [inside|outside]; last first.
  rewrite mul0r big1 // => i _; rewrite (_ : (_ == _) = false) ?mul0r //.
  have := ltn_ord i; lia.
case: k inside => // k inside; have below : (k < n)%N by lia.
rewrite (bigD1 (Ordinal below)) //= !isT // big1 ?addr0 // => i.
by rewrite -val_eqE /= => other; rewrite isF ?mul0r //; lia.
Qed.

(* Beside a bracket, equals may be written for equals. *)
Lemma is_subst (i k : int) f : [is i == k] * f i = [is i == k] * f k.
Proof. by case: (altP (i =P k)) => [->|ne] //; rewrite isF ?mul0r. Qed.

Lemma is_subst2 (i j r q : int) (f : int -> int -> R) :
  [is i == r] * [is j == q] * f i j = [is i == r] * [is j == q] * f r q.
Proof. by rewrite -!mulrA (is_subst _ _ (f i)) mulrCA (is_subst _ _ (fun i => f i q)) mulrCA. Qed.

Lemma is_subst4 (n r q c n0 r0 q0 c0 : int) (f : int -> int -> int -> int -> R) :
  [is n == n0] * ([is r == r0] * [is q == q0] * [is c == c0]) * f n r q c
  = [is n == n0] * ([is r == r0] * [is q == q0] * [is c == c0]) * f n0 r0 q0 c0.
Proof.
have [->|_] := altP (n =P n0); last by rewrite isF // !mul0r.
rewrite -!mulrA; congr (_ * _); rewrite ![in LHS]mulrA ![in RHS]mulrA -![_ * [is c == c0] * _]mulrA.
by rewrite (is_subst c c0 (fun c => f _ _ _ c)) (is_subst2 r q r0 q0 (fun r q => [is c == c0] * f n0 r q c0)).
Qed.
End Sums.

Section TwoSums.
Variable R : comRingType.

Lemma eq_sum2 (S : zmodType) m n (f g : int -> int -> S) :
  (forall i j : int, 0 <= i < m -> 0 <= j < n -> f i j = g i j) ->
  \Sum_(i < m) \Sum_(j < n) f i j = \Sum_(i < m) \Sum_(j < n) g i j.
Proof. by move=> same; apply: eq_sum => i i_in; apply: eq_sum => j j_in; exact: same. Qed.

Lemma sum2_zero (S : zmodType) m n : \Sum_(i < m) \Sum_(j < n) 0 = 0 :> S.
Proof. by under eq_sum => i _ do rewrite sum_zero; rewrite sum_zero. Qed.

Lemma sum2_add (S : zmodType) m n (f g : int -> int -> S) :
  \Sum_(i < m) \Sum_(j < n) (f i j + g i j) = \Sum_(i < m) \Sum_(j < n) f i j + \Sum_(i < m) \Sum_(j < n) g i j.
Proof. by rewrite -sum_add; apply: eq_sum => i _; rewrite sum_add. Qed.

Lemma sum2_opp (S : zmodType) m n (f : int -> int -> S) :
  \Sum_(i < m) \Sum_(j < n) - f i j = - \Sum_(i < m) \Sum_(j < n) f i j.
Proof. by rewrite -sum_opp; apply: eq_sum => i _; rewrite sum_opp. Qed.

Lemma mul_sum2 m n (a : R) (f : int -> int -> R) :
  a * (\Sum_(i < m) \Sum_(j < n) f i j) = \Sum_(i < m) \Sum_(j < n) (a * f i j).
Proof. by rewrite mul_sum; apply: eq_sum => i _; rewrite mul_sum. Qed.

Lemma sum2_mul m n (a : R) (f : int -> int -> R) :
  (\Sum_(i < m) \Sum_(j < n) f i j) * a = \Sum_(i < m) \Sum_(j < n) (f i j * a).
Proof. by rewrite sum_mul; apply: eq_sum => i _; rewrite sum_mul. Qed.

Lemma sum2_swap (S : zmodType) m n k l (f : int -> int -> int -> int -> S) :
  \Sum_(i < m) \Sum_(j < n) \Sum_(u < k) \Sum_(v < l) f i j u v
  = \Sum_(u < k) \Sum_(v < l) \Sum_(i < m) \Sum_(j < n) f i j u v.
Proof.
under eq_sum => i _ do rewrite sum_swap.
rewrite sum_swap; apply: eq_sum => u _.
under eq_sum => i _ do rewrite sum_swap.
by rewrite sum_swap.
Qed.

(* One sum changes places with two. *)
Lemma sum_swap2 (S : zmodType) m k l (f : int -> int -> int -> S) :
  \Sum_(i < m) \Sum_(u < k) \Sum_(v < l) f i u v = \Sum_(u < k) \Sum_(v < l) \Sum_(i < m) f i u v.
Proof. by rewrite sum_swap; apply: eq_sum => u _; rewrite sum_swap. Qed.
End TwoSums.

(* x-tilde: the array x of n entries, continued with zeros. *)
Definition ext (R : comRingType) (n : int) (x : int -> R) (k : int) : R := if 0 <= k < n then x k else 0.

(* The same for maps of m rows and n columns. *)
Definition ext2 (R : comRingType) (m n : int) (x : int -> int -> R) (r q : int) : R :=
  if (0 <= r < m) && (0 <= q < n) then x r q else 0.

Lemma ext2E (R : comRingType) m n (x : int -> int -> R) (r q : int) :
  ext2 m n x r q = [is 0 <= r < m] * ([is 0 <= q < n] * x r q).
Proof. by rewrite /ext2 /bracket; case: (0 <= r < m); case: (0 <= q < n); rewrite /= ?mul1r ?mul0r ?mulr0. Qed.

Lemma pick2 (R : comRingType) (m n r q : int) (f : int -> int -> R) :
  \Sum_(i < m) \Sum_(j < n) ([is i == r] * [is j == q] * f i j) = ext2 m n f r q.
Proof.
under eq_sum => i _ do under eq_sum => j _ do rewrite -mulrA.
under eq_sum => i _ do rewrite -mul_sum pick.
by rewrite pick -ext2E.
Qed.

Lemma ext2_ext (R : comRingType) m n (x x' : int -> int -> R) (r q : int) :
  (forall r q : int, x r q = x' r q) -> ext2 m n x r q = ext2 m n x' r q.
Proof. by rewrite /ext2 => ->. Qed.

Lemma ext2_scaled (R : comRingType) m n (a : R) (x : int -> int -> R) r q :
  ext2 m n (fun i j => a * x i j) r q = a * ext2 m n x r q.
Proof. by rewrite /ext2; case: ifP; rewrite ?mulr0. Qed.

Lemma ext2_inside (R : comRingType) m n (x : int -> int -> R) (r q : int) :
  0 <= r < m -> 0 <= q < n -> ext2 m n x r q = x r q.
Proof. by rewrite /ext2 => -> ->. Qed.

(* A pixel inside the map is met by no index outside. *)
Lemma ext2_meet (R : comRingType) m n (a : R) (r q i j : int) :
  0 <= r < m -> 0 <= q < n ->
  ext2 m n (fun i j => [is i == r] * [is j == q] * a) i j = [is i == r] * [is j == q] * a.
Proof.
move=> r_in q_in; rewrite /ext2; case: ifP => // /negbT outside.
case: (altP (i =P r)) => [i_r|_]; last by rewrite isF // !mul0r.
by rewrite (@isF _ (j == q)) ?mulr0 ?mul0r //; lia.
Qed.

(* The derivative.  Move a number by epsilon: a + b epsilon, a polynomial in epsilon = 'X.  What is
   computed from it is again a polynomial in epsilon, and the coefficient of epsilon is the derivative. *)
Section Derivative.
Variable R : comRingType.
Implicit Types (a b : R) (p q : {poly R}) (n : int).
Definition moved a b : {poly R} := a%:P + b *: 'X.
Definition slope p : R := p`_1.

Lemma moved0 a b : (moved a b)`_0 = a.
Proof. by rewrite coefD coefC coefZ coefX mulr0 addr0. Qed.

Lemma slope_moved a b : slope (moved a b) = b.
Proof. by rewrite /slope coefD coefC coefZ coefX mulr1 add0r. Qed.

(* An activation h with derivative h': what an epsilon becomes on the way through. *)
Definition through (h h' : R -> R) p : {poly R} := moved (h p`_0) (h' p`_0 * slope p).

Lemma slope_const a : slope a%:P = 0.
Proof. by rewrite /slope coefC. Qed.

Lemma slope_add p q : slope (p + q) = slope p + slope q.
Proof. exact: coefD. Qed.

Lemma slope_sum n (f : int -> {poly R}) : slope (\Sum_(k < n) f k) = \Sum_(k < n) slope (f k).
Proof. by case: n => [m|m] /=; rewrite /slope ?coef_sum ?coef0. Qed.

Lemma coef0_sum n (f : int -> {poly R}) : (\Sum_(k < n) f k)`_0 = \Sum_(k < n) (f k)`_0.
Proof. by case: n => [m|m] /=; rewrite ?coef_sum ?coef0. Qed.

(* The product rule. *)
Lemma slope_mul p q : slope (p * q) = slope p * q`_0 + p`_0 * slope q.
Proof. by rewrite /slope coefM !big_ord_recl big_ord0 /= addr0 addrC. Qed.

Lemma slope_scaled a p : slope (a%:P * p) = a * slope p.
Proof. exact: coefCM. Qed.

Lemma slope_scaled_right a p : slope (p * a%:P) = slope p * a.
Proof. by rewrite [p * _]mulrC slope_scaled mulrC. Qed.
End Derivative.

(* Blocks of F numbers: those in block g are F g, F g + 1, ..., F g + F - 1. *)
Section Blocks.
Variable R : comRingType.

Lemma block_of (F g k : int) : 0 <= k < F -> ((F * g + k) %/ F)%Z = g.
Proof. by move=> k_in; rewrite mulrC divzMDl; [rewrite divz_small; [rewrite addr0|] |]; lia. Qed.

(* Windows of K pixels side by side: pixel a K + b lies in window a alone. *)
Lemma side_by_side (a K b a' : int) : 0 <= b < K -> (0 <= 0 + (a * K + b) - a' * K < K) = (a' == a).
Proof.
move=> b_in; apply/idP/eqP => [inside|->]; last by lia.
have := block_of (a - a') b_in; rewrite (_ : K * (a - a') + b = 0 + (a * K + b) - a' * K); last by lia.
by rewrite divz_small; lia.
Qed.

Lemma sum_blocks (G F : int) (f : int -> R) : 0 <= G -> 0 <= F ->
  \Sum_(k < G * F) f k = \Sum_(g < G) \Sum_(k < F) f (F * g + k).
Proof.
case: G => // G _ F_pos; elim: G => [|G step]; first by rewrite mul0r !sum_empty.
rewrite (_ : Posz G.+1 = Posz G + 1); last lia.
rewrite sum_last // -step mulrDl mul1r sum_split; [|lia|lia].
by congr (_ + _); apply: eq_sum => k _; rewrite mulrC.
Qed.
End Blocks.

(* An array of numbers, as an array of polynomials: not moved, and moved in one entry. *)
Section Arrays.
Variable R : comRingType.
Implicit Types x : int -> int -> R.
Definition still1 (x : int -> R) := fun k => (x k)%:P.
Definition move1 (x : int -> R) (e : int) := fun k : int => moved (x k) [is k == e].
Definition still2 x := fun r q => (x r q)%:P.
Definition move2 x (r q : int) := fun r' q' : int => moved (x r' q') ([is r' == r] * [is q' == q]).

(* The same for arrays with four indices: images or kernels. *)
Definition still4 (x : int -> int -> int -> int -> R) := fun n r q c => (x n r q c)%:P.
Definition move4 (x : int -> int -> int -> int -> R) (n r q c : int) := fun n' r' q' c' : int =>
  moved (x n' r' q' c') ([is n' == n] * ([is r' == r] * [is q' == q] * [is c' == c])).

Lemma slope_ext2 m n (x : int -> int -> {poly R}) r q :
  slope (ext2 m n x r q) = ext2 m n (fun r q => slope (x r q)) r q.
Proof. by rewrite /ext2; case: ifP => // _; rewrite /slope coef0. Qed.

Lemma ext2_coef0 m n (x : int -> int -> {poly R}) r q :
  (ext2 m n x r q)`_0 = ext2 m n (fun r q => (x r q)`_0) r q.
Proof. by rewrite /ext2; case: ifP => // _; rewrite coef0. Qed.

Lemma slope_ext2_move2 H W x (r q r' q' : int) : 0 <= r < H -> 0 <= q < W ->
  slope (ext2 H W (move2 x r q) r' q') = [is r' == r] * [is q' == q].
Proof.
move=> r_in q_in; rewrite slope_ext2 -[RHS]mulr1 -(ext2_meet 1 r' q' r_in q_in).
by apply: ext2_ext => i j; rewrite slope_moved mulr1.
Qed.

Lemma slope_sum2 m n (f : int -> int -> {poly R}) :
  slope (\Sum_(i < m) \Sum_(j < n) f i j) = \Sum_(i < m) \Sum_(j < n) slope (f i j).
Proof. by rewrite slope_sum; apply: eq_sum => i _; rewrite slope_sum. Qed.
End Arrays.
