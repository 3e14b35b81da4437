// A button that puts a text, or the page's address as it is at that moment, on the clipboard, and says so.

export default function ({ parentElement, data }) {
  const [button, label, say] = ["button", "b", "span"].map((name) => parentElement.querySelector(name));
  label.textContent = data.label;

  button.onclick = async () => {
    const text = data.text ?? location.href;
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // no permission, or a page that is not served safely: the older way
      const box = document.body.appendChild(document.createElement("textarea"));
      box.value = text;
      box.select();
      document.execCommand("copy");
      box.remove();
      button.focus();
    }
    say.textContent = "Copied.";
    setTimeout(() => { say.textContent = ""; }, 3000);
  };
}
