(* Chapter "Computational graphs": the path-sum lemma on every finite graph without cycles. *)
From Book Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.

Section PathSum.
(* The nodes; edge i j: node j reads node i; z i j: the local derivative.  A finite graph has no cycles
   exactly if its nodes can be ordered so that every edge leads forward: rank is such an order. *)
Variables (R : comRingType) (V : finType) (edge : rel V) (rank : V -> nat) (z : V -> V -> R).
Hypothesis forward : forall i j, edge i j -> (rank i < rank j)%N.

(* The product of z along the path that begins at node i and goes on through the nodes p. *)
Fixpoint along (i : V) (p : seq V) : R := if p is j :: q then z i j * along j q else 1.

(* The sum over all paths from i to o with k edges. *)
Definition steps (k : nat) (i o : V) : R := \sum_(p : k.-tuple V | path edge i p && (last i p == o)) along i p.

(* The sum over all paths from i to o: none has as many edges as there are nodes. *)
Definition path_sum (i o : V) : R := \sum_(k < #|V|) steps k i o.

Lemma rises i p : path edge i p -> all (fun j => rank i < rank j)%N p.
Proof.
elim: p i => //= j p rises i /andP [ij jp]; rewrite forward //=.
by apply: sub_all (rises _ jp) => k; apply: ltn_trans; exact: forward.
Qed.

Lemma no_node_twice i p : path edge i p -> uniq (i :: p).
Proof.
elim: p i => //= j p uniq_p i ijp; have /andP [ij jp] := ijp; have /= -> := uniq_p _ jp.
by rewrite andbT; apply/negP => i_in; have /allP/(_ i i_in) := @rises i (j :: p) ijp; rewrite ltnn.
Qed.

Lemma paths_are_short i p : path edge i p -> (size p < #|V|)%N.
Proof. by move=> ip; rewrite -[(size p).+1]/(size (i :: p)) -(card_uniqP (no_node_twice ip)) max_card. Qed.

Lemma steps0 i o : steps 0 i o = [is i == o].
Proof.
rewrite /steps (eq_bigl (fun p => (i == o))) => [|p]; last by rewrite [p]tuple0.
rewrite /bracket; case: (i == o); last by rewrite big_pred0.
by rewrite (big_pred1 [tuple]) // => p; apply/esym/eqP; exact: tuple0.
Qed.

(* A path begins with one edge, and goes on as a path. *)
Lemma first_step k i o : steps k.+1 i o = \sum_(j | edge i j) steps k j o * z i j.
Proof.
rewrite /steps (reindex (fun jp : V * k.-tuple V => cons_tuple jp.1 jp.2)) /=; last first.
  exists (fun p => (thead p, behead_tuple p)) => [[j p] _|p _].
    by congr pair; exact: val_inj.
  by apply: val_inj; rewrite /= [in RHS](tuple_eta p).
under [RHS]eq_bigr => j _ do rewrite big_distrl /=.
rewrite pair_big_dep /=; apply: eq_big => [[j p]|[j p] _] /=; last by rewrite mulrC.
by rewrite andbA.
Qed.

Lemma pick_node (P : pred V) (o : V) (f : V -> R) : \sum_(j | P j) [is j == o] * f j = [is P o] * f o.
Proof.
rewrite big_mkcond (bigD1 o) //= big1 => [|j /negbTE other]; last by rewrite /bracket other mul0r if_same.
by rewrite addr0 (isT _ (eqxx o)) mul1r /bracket; case: (P o); rewrite ?mul1r ?mul0r.
Qed.

(* ... or it is a path, and ends with one edge. *)
Lemma last_step k i o : steps k.+1 i o = \sum_(j | edge j o) steps k i j * z j o.
Proof.
elim: k i => [|k step] i; rewrite first_step.
  under eq_bigr => j _ do rewrite steps0; under [RHS]eq_bigr => j _ do rewrite steps0.
  under [RHS]eq_bigr => j _ do rewrite eq_sym.
  by rewrite (pick_node (edge i) o (z i)) (pick_node (edge^~ o) i (z^~ o)).
under eq_bigr => j _ do rewrite step big_distrl /=.
under [RHS]eq_bigr => j _ do rewrite first_step big_distrl /=.
rewrite (exchange_big_dep (edge^~ o)) //=; apply: eq_bigr => j jo.
by apply: eq_big => [l|l _]; [rewrite jo andbT | rewrite mulrAC].
Qed.

(* No path has so many edges. *)
Lemma no_long_path i o : steps #|V| i o = 0.
Proof.
rewrite /steps big_pred0 // => p; apply/negP => /andP [/paths_are_short].
by rewrite size_tuple ltnn.
Qed.

Theorem path_sum_recursion i o : path_sum i o = [is i == o] + \sum_(j | edge i j) path_sum j o * z i j.
Proof.
transitivity (\sum_(k < #|V|.+1) steps k i o); first by rewrite big_ord_recr /= no_long_path addr0.
rewrite big_ord_recl steps0; congr (_ + _).
under [LHS]eq_bigr => k _ do rewrite lift0 first_step.
by rewrite exchange_big; apply: eq_bigr => j _; rewrite big_distrl.
Qed.

Theorem path_sum_recursion_forward i o : path_sum i o = [is i == o] + \sum_(j | edge j o) path_sum i j * z j o.
Proof.
transitivity (\sum_(k < #|V|.+1) steps k i o); first by rewrite big_ord_recr /= no_long_path addr0.
rewrite big_ord_recl steps0; congr (_ + _).
under [LHS]eq_bigr => k _ do rewrite lift0 last_step.
by rewrite exchange_big; apply: eq_bigr => j _; rewrite big_distrl.
Qed.

Lemma no_way_back i o : (rank o < rank i)%N -> path_sum i o = 0.
Proof.
move=> back; rewrite /path_sum big1 // => k _; rewrite /steps big_pred0 // => p.
apply/negP => /andP [ip /eqP last_o]; move: back; rewrite -last_o.
by case: (val p) ip => [|j q] ijq; rewrite ?ltnn //= ltnNge ltnW // (allP (rises ijq)) // mem_last.
Qed.

Lemma path_sum_end o : path_sum o o = 1.
Proof.
rewrite path_sum_recursion isT // big1 ?addr0 // => j /forward oj.
by rewrite no_way_back ?mul0r.
Qed.

(* Backward, dynamic programming: what starts with 1 at o and obeys the recursion at every other node
   is the path sum. *)
Theorem eq_computational_graphs_path_sum (S : V -> R) (o : V) :
  S o = 1 -> (forall i, i != o -> S i = \sum_(j | edge i j) S j * z i j) ->
  forall i, S i = path_sum i o.
Proof.
move=> S_o recursion i.
have [n] := ubnP (\max_(j : V) rank j - rank i); elim: n i => // n agree i bound.
have [->|other] := eqVneq i o; first by rewrite S_o path_sum_end.
rewrite recursion // path_sum_recursion isF // add0r; apply: eq_bigr => j /forward ij; congr (_ * _).
by apply: agree; have := @leq_bigmax V rank j; move: bound ij; set most := \max_(_ | _) _; lia.
Qed.

(* Forward: move node i by epsilon.  T j, the slope at node j, is the total derivative dy(j) / dy(i). *)
Theorem eq_computational_graphs_recursion (T : V -> V -> R) :
  (forall i, T i i = 1) -> (forall i j, j != i -> T i j = \sum_(k | edge k j) z k j * T i k) ->
  forall i o, i != o -> T i o = \sum_(j | edge i j) T j o * z i j.
Proof.
move=> T_i chain; have T_path i o : T i o = path_sum i o.
  have [n] := ubnP (rank o); elim: n o => // n agree o bound.
  have [->|other] := eqVneq o i; first by rewrite T_i path_sum_end.
  rewrite chain // path_sum_recursion_forward isF 1?eq_sym // add0r.
  by apply: eq_bigr => k /forward ko; rewrite mulrC agree // (leq_trans ko).
move=> i o other; rewrite T_path path_sum_recursion isF // add0r.
by apply: eq_bigr => j _; rewrite T_path.
Qed.
End PathSum.

(* --- The layered network: three layers of m_1, m_2, m_3 nodes, each an activation of a weighted sum --- *)
Section Layers.
Variables (R : comRingType) (m_1 m_2 m_3 : int) (a1 a4 : int -> R) (a2 a3 : int -> int -> R) (h h' : R -> R).

(* The sums of layers 2, 3 and 4 over what layer 1 holds; const: how a weight becomes one of A. *)
Section Sums.
Variables (A : comRingType) (const : R -> A) (act : A -> A) (y1 : int -> A).
Definition sum2 (j : int) : A := \Sum_(i < m_1) (const (a2 i j) * y1 i).
Definition sum3 (j : int) : A := \Sum_(i < m_2) (const (a3 i j) * act (sum2 i)).
Definition sum4 : A := \Sum_(i < m_3) (const (a4 i) * act (sum3 i)).
End Sums.

(* The output, as a polynomial in epsilon, if layer 1 moves *)
Definition output (y1 : int -> {poly R}) : {poly R} := through h h' (sum4 (@polyC R) (through h h') y1).

(* Layer 1 holds the numbers y, and moves by the slopes of y1. *)
Section Local.
Variables (y : int -> R) (y1 : int -> {poly R}).
Hypothesis holds : forall i : int, (y1 i)`_0 = y i.

Lemma sum2_0 j : (sum2 (@polyC R) y1 j)`_0 = sum2 id y j.
Proof. by rewrite coef0_sum; apply: eq_sum => i _; rewrite coefCM holds. Qed.

Lemma sum3_0 j : (sum3 (@polyC R) (through h h') y1 j)`_0 = sum3 id h y j.
Proof. by rewrite coef0_sum; apply: eq_sum => i _; rewrite coefCM moved0 sum2_0. Qed.

Lemma sum4_0 : (sum4 (@polyC R) (through h h') y1)`_0 = sum4 id h y.
Proof. by rewrite coef0_sum; apply: eq_sum => i _; rewrite coefCM moved0 sum3_0. Qed.

(* The local derivatives of the edges into layers 2 and 3 and into the output *)
Definition z2 (i j : int) : R := a2 i j * h' (sum2 id y j).
Definition z3 (i j : int) : R := a3 i j * h' (sum3 id h y j).
Definition z4 (i : int) : R := a4 i * h' (sum4 id h y).

Lemma slope_output :
  slope (output y1)
  = \Sum_(j_1 < m_1) \Sum_(j_2 < m_2) \Sum_(j_3 < m_3) (slope (y1 j_1) * (z2 j_1 j_2 * (z3 j_2 j_3 * z4 j_3))).
Proof.
rewrite slope_moved sum4_0 slope_sum mul_sum.
transitivity (\Sum_(j_3 < m_3) \Sum_(j_2 < m_2) \Sum_(j_1 < m_1)
    (slope (y1 j_1) * (z2 j_1 j_2 * (z3 j_2 j_3 * z4 j_3)))).
  apply: eq_sum => j_3 _; rewrite slope_scaled slope_moved sum3_0 slope_sum !mul_sum; apply: eq_sum => j_2 _.
  rewrite slope_scaled slope_moved sum2_0 slope_sum !mul_sum; apply: eq_sum => j_1 _.
  by rewrite slope_scaled /z2 /z3 /z4; ring.
rewrite sum_swap2 sum_swap; apply: eq_sum => j_1 _; exact: eq_sum.
Qed.
End Local.

(* The sum over all paths, from a weight w that layer 1 reads. *)
Theorem eq_computational_graphs_layers (w : R) :
  let y j := h (a1 j * w) in
  let z1 j := a1 j * h' (a1 j * w) in
  slope (output (fun j => through h h' ((a1 j)%:P * moved w 1)))
  = \Sum_(j_1 < m_1) \Sum_(j_2 < m_2) \Sum_(j_3 < m_3) (z1 j_1 * z2 y j_1 j_2 * z3 y j_2 j_3 * z4 y j_3).
Proof.
move=> y z1; rewrite (@slope_output y) => [|i]; last by rewrite moved0 coefCM moved0.
apply: eq_sum2 => j_1 j_2 _ _; apply: eq_sum => j_3 _.
by rewrite slope_moved slope_scaled coefCM moved0 slope_moved /z1; ring.
Qed.

(* One step of dynamic programming: S2 is known for every node of layer 2. *)
Theorem eq_computational_graphs_sweep (y : int -> R) (j_1 : int) : 0 <= j_1 < m_1 ->
  let S2 j_2 := \Sum_(j_3 < m_3) (z3 y j_2 j_3 * z4 y j_3) in
  slope (output (move1 y j_1)) = \Sum_(j_2 < m_2) (S2 j_2 * z2 y j_1 j_2).
Proof.
move=> j1_in S2; rewrite (@slope_output y) => [|i]; last exact: moved0.
transitivity (\Sum_(j < m_1) ([is j == j_1] * \Sum_(j_2 < m_2) (S2 j_2 * z2 y j j_2))).
  apply: eq_sum => j _; rewrite mul_sum; apply: eq_sum => j_2 _; rewrite sum_mul mul_sum; apply: eq_sum => j_3 _.
  by rewrite slope_moved; ring_is.
by rewrite pick isT // mul1r.
Qed.
End Layers.
