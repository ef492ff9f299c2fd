(* Chapter "Max pooling": the winner takes all; with ties, shares are subgradients. *)
From Book Require Import definitions one_map.
Import Order.Theory Num.Theory.
Set Implicit Arguments.
Unset Strict Implicit.

(* --- One window of D pixels --- *)

(* y = max_k x_k *)
Definition is_max (F : realFieldType) (D : int) (x : int -> F) (y : F) : Prop :=
  (exists2 k : int, 0 <= k < D & y = x k) /\ (forall k : int, 0 <= k < D -> x k <= y).

Theorem eq_max_pooling_selector (R : comRingType) (D : int) (m x : int -> R) (k : int) : 0 <= k < D ->
  slope (\Sum_(k' < D) ((m k')%:P * move1 x k k')) = m k.
Proof.
move=> k_in; rewrite slope_sum.
under eq_sum => k' _ do rewrite slope_scaled slope_moved mulrC.
by rewrite pick isT // mul1r.
Qed.

Section Window.
Variables (F : realFieldType) (D : int).
Implicit Types (x d z c v : int -> F) (a t y z_hat : F).

(* Why the selector may be held fixed: a distinct winner stays the winner, in whatever direction v the
   pixels move, for all small enough t.  So near x the maximum is the linear function sum_k m_k x_k. *)
Theorem max_pooling_distinct_winner x v (w : int) : 0 <= w < D ->
  (forall k : int, 0 <= k < D -> k != w -> x k < x w) ->
  exists2 e : F, 0 < e & forall t, `|t| < e ->
    is_max D (fun k => x k + t * v k) (\Sum_(k < D) ([is k == w] * (x k + t * v k))).
Proof.
move=> w_in leads.
suff [e e_pos stays] : exists2 e : F, 0 < e & forall t, `|t| < e ->
    forall k : int, 0 <= k < D -> x k + t * v k <= x w + t * v w.
  by exists e => // t small; rewrite pick isT // mul1r; split; [exists w | exact: stays].
case: (D) leads => [n|n] leads; last by exists 1 => [|t _ k]; [exact: ltr01 | lia].
elim: n leads => [|n stays] leads; first by exists 1 => [|t _ k]; [exact: ltr01 | lia].
case: stays => [k k_in|e e_pos stays]; first by apply: leads; lia.
have [n_w|other] := altP (Posz n =P w).
  exists e => // t small k k_in; have [->|ne] := altP (k =P w); first exact: lexx.
  by apply: stays => //; lia.
have gap : 0 < x w - x n by rewrite subr_gt0 leads //; lia.
have width : 0 < 1 + `|v n - v w| by rewrite ltr_paddr ?ltr01.
exists (Num.min e ((x w - x n) / (1 + `|v n - v w|))) => [|t].
  by rewrite lt_minr e_pos divr_gt0.
rewrite lt_minr => /andP [small smaller] k k_in.
have [->|ne] := altP (k =P n); last by apply: stays => //; lia.
rewrite -subr_ge0 (_ : _ - _ = (x w - x n) - t * (v n - v w)); last by ring.
rewrite subr_ge0 (le_trans (ler_norm _)) // normrM.
move: smaller; rewrite ltr_pdivl_mulr // => /ltW; apply: le_trans.
by rewrite ler_wpmul2l // ler_addr ler01.
Qed.

Theorem eq_max_pooling_tie d a t y : 0 <= t -> is_max D d y -> is_max D (fun k => a + t * d k) (a + t * y).
Proof.
move=> t_pos [[k k_in ->] largest]; split; first by exists k.
by move=> l l_in; rewrite ler_add2l ler_wpmul2l // largest.
Qed.

Theorem eq_max_pooling_subgradient c z a z_hat : \Sum_(k < D) c k = 1 ->
  z_hat - a - \Sum_(k < D) (c k * (z k - a)) = \Sum_(k < D) ((z_hat - z k) * c k).
Proof.
move=> shares; transitivity ((\Sum_(k < D) c k) * (z_hat - a) - \Sum_(k < D) (c k * (z k - a))).
  by rewrite shares mul1r.
by rewrite sum_mul -sum_opp -sum_add; apply: eq_sum => k _; ring.
Qed.

(* def-max-pooling-subgradient: every way to share among the winners is a subgradient. *)
Theorem max_pooling_shares x z c a z_hat :
  is_max D x a -> is_max D z z_hat ->
  (forall k : int, 0 <= k < D -> 0 <= c k) -> \Sum_(k < D) c k = 1 ->
  (forall k : int, 0 <= k < D -> x k != a -> c k = 0) ->
  a + \Sum_(k < D) (c k * (z k - x k)) <= z_hat.
Proof.
move=> _ [_ largest] c_pos shares losers.
have -> : \Sum_(k < D) (c k * (z k - x k)) = \Sum_(k < D) (c k * (z k - a)).
  by apply: eq_sum => k k_in; have [->//|lost] := altP (x k =P a); rewrite losers // !mul0r.
rewrite -subr_ge0 opprD addrA eq_max_pooling_subgradient //.
by apply: sum_ge0 => k k_in; rewrite mulr_ge0 ?c_pos // subr_ge0 largest.
Qed.
End Window.

(* --- A whole map, with the winners m held fixed --- *)
Section Map.
Variables (R : comRingType) (s_h s_w p_h p_w H W K_h K_w H_o W_o : int).
Variables (m : int -> int -> int -> int -> R) (x delta : int -> int -> R).

(* def-max-pooling-linear *)
Definition forward (A : comRingType) (s_h s_w p_h p_w K_h K_w : int) (m : int -> int -> int -> int -> A)
    (x : int -> int -> A) (i j : int) : A :=
  \Sum_(u < K_h) \Sum_(v < K_w) (m i j u v * x (i * s_h + u - p_h) (j * s_w + v - p_w)).

Definition chain_rule (y : int -> int -> {poly R}) : R :=
  \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * slope (y i j)).

Local Notation fixed := (fun i j u v => (m i j u v)%:P).
Local Notation winners := (forward s_h s_w p_h p_w K_h K_w fixed).
Local Notation by_row := (fun i u : int => i * s_h + u - p_h).
Local Notation by_col := (fun j v : int => j * s_w + v - p_w).

Lemma derived (r q : int) : chain_rule (winners (move2 x r q)) = pairs by_row by_col K_h K_w H_o W_o delta m r q.
Proof.
rewrite -(@by_pixel _ _ _ _ _ _ _ _ m (move2 x r q) 0) => [|i j]; last exact: slope_moved.
by apply: eq_sum2 => i j _ _; rewrite /reading add0r.
Qed.

Theorem eq_max_pooling_input_gradient (r q : int) :
  chain_rule (winners (move2 x r q))
  = \Sum_(i < H_o) \Sum_(j < W_o) (delta i j * ext2 K_h K_w (m i j) (p_h + r - i * s_h) (p_w + q - j * s_w)).
Proof. by rewrite derived; apply: pairs_by_outputs => i j; lia. Qed.

(* Added up over the map, each delta counts as often as its window has a winner inside. *)
Theorem eq_max_pooling_inside :
  let o r q := [is (0 <= r < H) && (0 <= q < W)] in
  \Sum_(r < H) \Sum_(q < W) chain_rule (winners (move2 x r q))
  = \Sum_(i < H_o) \Sum_(j < W_o) \Sum_(u < K_h) \Sum_(v < K_w)
      (delta i j * m i j u v * o (i * s_h + u - p_h) (j * s_w + v - p_w)).
Proof.
move=> o; under eq_sum2 => r q _ _ do rewrite derived /pairs.
rewrite [LHS]sum2_swap; apply: eq_sum2 => i j _ _; rewrite sum2_swap; apply: eq_sum2 => u v _ _.
transitivity (ext2 H W (fun _ _ => delta i j * m i j u v) (i * s_h + u - p_h) (j * s_w + v - p_w)).
  by rewrite -pick2; apply: eq_sum2 => r q _ _; rewrite ![_ == r]eq_sym ![_ == q]eq_sym; ring_is.
by rewrite /ext2 /o /bracket; case: ifP; rewrite ?mulr1 ?mulr0.
Qed.

(* Every window has one winner, and it lies inside the map: then no delta is lost, and none is counted twice. *)
Theorem eq_max_pooling_total (U V : int -> int -> int) :
  (forall i j : int, 0 <= i < H_o -> 0 <= j < W_o ->
     [/\ 0 <= U i j < K_h, 0 <= V i j < K_w, 0 <= i * s_h + U i j - p_h < H & 0 <= j * s_w + V i j - p_w < W]) ->
  (forall i j u v : int, m i j u v = [is u == U i j] * [is v == V i j]) ->
  \Sum_(r < H) \Sum_(q < W) chain_rule (winners (move2 x r q)) = \Sum_(i < H_o) \Sum_(j < W_o) delta i j.
Proof.
move=> inside one_winner; rewrite eq_max_pooling_inside; apply: eq_sum2 => i j i_in j_in.
have [U_in V_in row_in col_in] := inside _ _ i_in j_in.
pose o u v : R := [is (0 <= i * s_h + u - p_h < H) && (0 <= j * s_w + v - p_w < W)].
transitivity (\Sum_(u < K_h) \Sum_(v < K_w) ([is u == U i j] * [is v == V i j] * (delta i j * o u v))).
  by apply: eq_sum2 => u v _ _; rewrite one_winner /o; ring_is.
by rewrite pick2 ext2_inside // /o isT ?mulr1 // row_in col_in.
Qed.

(* Windows side by side: stride K, no padding.  Pixel (i K + u, j K + v) lies in window (i, j) alone. *)
Theorem eq_max_pooling_side_by_side (i j u v : int) : s_h = K_h -> s_w = K_w -> p_h = 0 -> p_w = 0 ->
  0 <= u < K_h -> 0 <= v < K_w ->
  chain_rule (winners (move2 x (i * K_h + u) (j * K_w + v))) = ext2 H_o W_o delta i j * m i j u v.
Proof.
rewrite eq_max_pooling_input_gradient => -> -> -> -> u_in v_in.
transitivity (\Sum_(i' < H_o) \Sum_(j' < W_o) ([is i' == i] * [is j' == j] * (delta i' j' * m i' j' u v))); last first.
  by rewrite pick2 /ext2; case: ifP; rewrite ?mul0r.
apply: eq_sum2 => i' j' _ _; rewrite mulrCA; congr (_ * _); rewrite ext2E !side_by_side //.
have [->|_] := altP (i' =P i); last by rewrite isF // !mul0r.
have [->|_] := altP (j' =P j); last by rewrite (@isF _ false) // mul0r !mulr0 mul0r.
by rewrite !isT // !mul1r; congr (m _ _ _ _); lia.
Qed.

Theorem eq_max_pooling_delta (h h' : R -> R) (y : int -> int -> R) (r q : int) :
  chain_rule (winners (fun r' q' => through h h' (move2 y r q r' q')))
  = h' (y r q) * \Sum_(i < H_o) \Sum_(j < W_o)
      (delta i j * ext2 K_h K_w (m i j) (p_h + r - i * s_h) (p_w + q - j * s_w)).
Proof.
rewrite -eq_max_pooling_input_gradient derived -(@by_pixel_through _ _ _ _ _ _ R delta h h' y m 0).
by apply: eq_sum2 => i j _ _; rewrite /reading add0r.
Qed.
End Map.
