// A button that puts a text on the clipboard, and says so.

export default function ({ parentElement, data }) {
  const [button, say] = ["button", "span"].map((name) => parentElement.querySelector(name));
  button.textContent = data.label;

  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text);
    } catch {  // no permission, or a page that is not served safely: the older way
      const box = document.body.appendChild(document.createElement("textarea"));
      box.value = data.text;
      box.select();
      document.execCommand("copy");
      box.remove();
      button.focus();
    }
    say.textContent = "Copied.";
    setTimeout(() => { say.textContent = ""; }, 3000);
  };
}
