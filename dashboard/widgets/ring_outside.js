// Pictures from outside the ring: opened, dropped, pasted, from the camera. Files become grey values (or a small JPEG)
// here; the server never sees a file or its name. `ring` is what ring.js lets it see: its data, its stage, whom to tell.

const MOST_FILES = 24, MOST_BYTES = 40e6, MOST_PIXELS = 5e7; // of what is dropped or opened at once

function makeOutside(ring) {
  const { find, stage, film, speak } = ring, file = find(".file");
  let camera = null;

  find(".open").onclick = () => file.click();
  file.onchange = () => { take([...file.files], null); file.value = ""; };

  const goes = (event) => {
    const box = stage.getBoundingClientRect(), lands = ring.lands(event.clientX - box.left, event.clientY - box.top);
    return typeof lands === "number" ? lands : null;
  };
  stage.ondragover = (event) => {
    event.preventDefault();
    stage.classList.add("over");
    ring.aim(goes(event));
  };
  stage.ondragleave = () => { stage.classList.remove("over"); ring.aim(); };
  stage.ondrop = (event) => {
    event.preventDefault();
    stage.classList.remove("over");
    ring.aim();
    const to = goes(event);
    take([...event.dataTransfer.files], to === null ? null : ring.data().classes[to]?.name ?? "");
  };
  function paste(event) {
    const found = [...(event.clipboardData?.files ?? [])];
    if (!found.length || ["INPUT", "TEXTAREA"].includes(event.target?.tagName)) return;
    event.preventDefault();
    take(found, null);
  }
  window.addEventListener("paste", paste);

  async function take(files, to) {
    const read = [], { photos } = ring.data();
    let broken = 0;
    for (const each of files.slice(0, MOST_FILES)) {
      try {
        if (each.size > MOST_BYTES) throw new Error("too large");
        const bitmap = await createImageBitmap(each);
        if (bitmap.width * bitmap.height > MOST_PIXELS) throw new Error("too large");
        read.push(photos ? jpeg(bitmap) : grey(bitmap));
      } catch { broken += 1; }
    }
    if (files.some((each) => /\.zip$/i.test(each.name)) && photos) speak("A zip is opened by “Use my own”, beside the title.", true);
    else if (broken) speak(`${broken === 1 ? "A file is" : `${broken} files are`} no picture that this browser can open, or too large. Nothing else changed.`, true);
    if (!read.length) return;
    const beyond = files.length > MOST_FILES ? ` The first ${MOST_FILES} files were taken; drop the others after them.` : "";
    const others = to === null && read.length > 1 ? ` The other ${read.length > 2 ? `${read.length - 1} were` : "one was"} left aside: drop several on a class of the ring to add them.` : "";
    if (!broken) speak(to === null ? `${others ? "The first" : "The"} picture is the question now.${others}` : `Added to ${to}.${beyond}`);
    ring.emptied();
    ring.tell(to === null ? { what: "ask", picture: read[0] } : { what: "add", pictures: read, class: to });
  }

  function grey(source) {
    const [, brush] = sheet(BITS, BITS), wide = source.videoWidth ?? source.width, high = source.videoHeight ?? source.height;
    const scale = BITS / Math.max(wide, high);
    brush.drawImage(source, (BITS - wide * scale) / 2, (BITS - high * scale) / 2, wide * scale, high * scale);
    const pixels = brush.getImageData(0, 0, BITS, BITS).data;
    let text = "";
    for (let i = 0; i < BITS * BITS; i++) text += String.fromCharCode(Math.round(0.3 * pixels[4 * i] + 0.59 * pixels[4 * i + 1] + 0.11 * pixels[4 * i + 2]));
    return btoa(text);
  }

  function jpeg(source) {
    const wide = source.videoWidth ?? source.width, high = source.videoHeight ?? source.height, scale = Math.min(1, 512 / Math.max(wide, high));
    const [small, brush] = sheet(Math.max(1, Math.round(wide * scale)), Math.max(1, Math.round(high * scale)));
    brush.drawImage(source, 0, 0, small.width, small.height);
    return small.toDataURL("image/jpeg", 0.92).split(",")[1];
  }

  find(".camera").onclick = async () => {
    if (camera) {
      ring.tell({ what: "ask", picture: ring.data().photos ? jpeg(film) : grey(film) });
      ring.emptied();
      return stop();
    }
    try {
      camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      camera = null;
      return speak("There is no camera here, or the browser does not lend it. Open a picture instead.", true);
    }
    film.srcObject = camera;
    film.hidden = false;
    await film.play();
    find(".camera").textContent = "Take it";
  };

  function stop() {
    camera?.getTracks().forEach((track) => track.stop());
    camera = null;
    film.hidden = true;
    find(".camera").textContent = "Camera";
  }

  return { stop() { window.removeEventListener("paste", paste); stop(); } };
}
