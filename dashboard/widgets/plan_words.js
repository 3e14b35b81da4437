// The one sentence under the canvas of the page Plan: what happened, or what is to be done.

// A cell in words: "(9, 4)" is "row 9, column 4".
const inWords = (reason) => reason.replace(/\((\d+), (\d+)\)/g, "row $1, column $2");

function sentenceOf(board) {
  const { data, map, shown, film, drag, before, note, repaid } = board;
  if (!board.whole()) return map && map.goal < 0 ? "There is no goal yet: move to a free cell and press G." : "There is no start yet: move to a free cell and press S.";
  if (data.problem) return data.problem;
  if (!shown) return "";
  const name = data.model.name, { way, plan, joined, exact } = shown, k = board.step();
  if (note) return note;
  if (repaid !== null && plan && k === plan.k && !film.stage) { // of the plan that is drawn: a drag may be ahead of it
    const { reward, learned } = plan.world, [r, c] = board.pair(repaid);
    const [now, then] = [short(reward[repaid]), short(learned[repaid])];
    return `R of row ${r}, column ${c} is ${now}${now === then ? ", as learned" : ` in place of ${then}: V adapts`}.`;
  }
  if (!way) return `${name} is asked on the server …`;
  const long = `${way.path.length - 1} moves, ${way.cost.toFixed(1)} long`;
  if (["reach", "drag"].includes(film.stage)) return "A wall across the way: draw one yourself, anywhere, at any time.";
  if (plan && k < plan.k) {
    const { number, heard } = board.frame(k), of = shown.cells.length + 1; // G too
    if (!heard) return `Step ${k} of K = ${plan.k}.`;
    const knows = heard[map.start] ? " S has heard." : joined ? "" : " Walls separate S from them.";
    return `Step ${k} of K = ${plan.k}: news of G has reached ${number} of ${of} cells${joined ? "" : " that can reach it"}.${knows}`;
  }
  if (film.stage === "look") return "V has adapted: the way goes around.";
  if (!joined) return `Walls separate S from G: no news of G can arrive. ${board.undoable ? "Undo takes it back" : "Erase one"}.`;
  const over = way.cost - exact.far[map.start];
  if (drag && drag.kind !== "reward" && before) {
    const more = way.cost - before.cost;
    if (way.reached && before.reached) return `${name} plans anew with every cell: ${long}${Math.abs(more) > 0.05 ? `, ${Math.abs(more).toFixed(1)} ${more > 0 ? "longer" : "shorter"} than before` : ", as long as before"}.`;
  }
  if (way.reached) return `${name} reaches G: ${long}${over > 0.01 ? `, ${over.toFixed(1)} longer than the shortest way` : ", a shortest way"}.`;
  const { number, heard } = plan ? board.frame(k) : {};
  if (heard && !heard[map.start]) return `K = ${plan.k} is too few: news of G has reached ${number} of ${shown.cells.length + 1} cells, not S.`;
  return `${name} does not reach G: it ${inWords(way.reason)}.`;
}
