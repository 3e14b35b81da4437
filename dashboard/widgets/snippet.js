// A few lines of Python to read and to copy. Streamlit's own code box brings 1.5 MB of script: half a second.

const PARTS = /(#.*$)|("""[^]*?"""|"[^"\n]*"|'[^'\n]*')|\b(import|from|as|for|in|if|else|print|def|return)\b|([^#"'\w]+|\w+|.)/gm;

export default function ({ parentElement, data }) {
  const [code, button, say] = ["code", "button", "span[role]"].map((name) => parentElement.querySelector(name));
  code.replaceChildren(...Array.from(data.text.matchAll(PARTS), ([text, comment, quoted, word]) => {
    const part = document.createElement("span");
    part.textContent = text;
    part.className = comment ? "comment" : quoted ? "quoted" : word ? "word" : "";
    return part;
  }));
  button.onclick = async () => {
    await navigator.clipboard.writeText(data.text);
    say.textContent = "Copied.";
    setTimeout(() => { say.textContent = ""; }, 3000);
  };
}
