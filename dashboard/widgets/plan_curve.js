// The curve under the slider of k: how much V changed at each step.

const THUMB = 8; // pixels from the end of the slider to the middle of its thumb there

// How much V changed up to each kept step: a move only compares cells, so V is taken behind its best cell.
function changesOf({ plan, cells, map }) {
  const steps = plan.kept().filter((k) => k <= plan.k);
  const behind = (k) => {
    const v = plan.valuesAt(k);
    let top = v[map.goal];
    for (const i of cells) if (v[i] > top) top = v[i];
    return [v, top];
  };
  let [v, top] = behind(0);
  return steps.slice(1).map((k) => {
    const [after, best] = behind(k);
    let most = 0;
    for (const i of cells) most = Math.max(most, Math.abs(after[i] - best - v[i] + top));
    [v, top] = [after, best];
    return [k, most];
  });
}

// `changes` up to step k, and where step `now` is.
function drawCurve(curve, colour, changes, k, now) {
  const pen = curve.getContext("2d"), wide = curve.clientWidth, high = curve.clientHeight;
  const top = Math.max(1e-6, ...changes.map(([, y]) => y)), place = (step) => THUMB + (step / k) * (wide - 2 * THUMB);
  pen.clearRect(0, 0, wide, high);
  pen.fillStyle = colour.text;
  pen.globalAlpha = 0.22;
  pen.beginPath();
  pen.moveTo(THUMB, high);
  changes.forEach(([step, y]) => pen.lineTo(place(step), high - 1 - Math.sqrt(y / top) * (high - 5)));
  pen.lineTo(wide - THUMB, high);
  pen.fill();
  pen.globalAlpha = 1;
  pen.font = "11px sans-serif";
  pen.textAlign = "right";
  pen.textBaseline = "top";
  const x = place(now), words = "change of V", end = wide - THUMB - 8; // beside the mark of the last step
  if (x > end || x < end - pen.measureText(words).width - 2) pen.fillText(words, end, 2);
  pen.strokeStyle = colour.path;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x, 0);
  pen.lineTo(x, high);
  pen.stroke();
}
