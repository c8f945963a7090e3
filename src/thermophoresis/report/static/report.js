// Filters with a state that can be shared as a link, and enlarged figures. Everything is there without
// this script: it only hides and enlarges.

"use strict";

const form = document.getElementById("filters");
// Of papers one chooses where there are several.
const NAMES = ["verdict", "experiment", "source", "paper"].filter((name) => form?.elements[name]);

if (form) {
  const rows = [...document.querySelectorAll("tr[data-verdict]")];
  const kinds = [...document.querySelectorAll(".kind")];
  const status = document.getElementById("shown");
  const clear = document.getElementById("clear");

  const chosen = () => Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value]));

  const choose = (wanted) => {
    for (const name of NAMES) {
      const offered = [...form.querySelectorAll(`input[name=${name}], [name=${name}] option`)];
      // A link can name what this page does not have; "All" comes first.
      const choice = offered.find((offer) => offer.value === wanted[name]) ?? offered[0];
      choice[choice instanceof HTMLOptionElement ? "selected" : "checked"] = true;
    }
  };

  const show = () => {
    const wanted = chosen();
    const active = NAMES.filter((name) => wanted[name]);
    let count = 0;
    for (const row of rows) {
      row.hidden = active.some((name) => row.dataset[name] !== wanted[name]);
      count += !row.hidden;
    }
    for (const kind of kinds) kind.hidden = !kind.querySelector("tr[data-verdict]:not([hidden])");
    status.textContent = active.length
      ? `${count} of ${rows.length} claims shown`
      : `All ${rows.length} claims shown`;
    clear.disabled = !active.length;
  };

  // A fragment is either a state of the filters or the id of an element.
  const state = () => {
    const parameters = new URLSearchParams(location.hash.slice(1));
    return NAMES.some((name) => parameters.has(name)) ? Object.fromEntries(parameters) : null;
  };

  const remember = () => {
    const active = Object.entries(chosen()).filter(([, value]) => value);
    const page = location.href.split("#")[0];
    const fragment = new URLSearchParams(active).toString();
    history.replaceState(null, "", fragment ? `${page}#${fragment}` : page);
  };

  const follow = () => {
    const wanted = state();
    if (wanted) {
      choose(wanted);
      show();
      document.getElementById("claims").scrollIntoView();
      return;
    }
    const target = document.getElementById(location.hash.slice(1));
    if (!location.hash || target?.hidden) {
      choose({});
      show();
      target?.scrollIntoView();
    }
  };

  form.addEventListener("input", () => { show(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  clear.addEventListener("click", () => {
    choose({});
    show();
    remember();
    form.querySelector("input").focus();
  });
  addEventListener("hashchange", follow);

  for (const link of document.querySelectorAll("a[data-source]")) {
    link.href = `#${new URLSearchParams({ ...link.dataset })}`;
  }
  form.hidden = status.hidden = false;
  choose(state() ?? {});
  show();
  if (state()) document.getElementById("claims").scrollIntoView();
}

const dialog = document.getElementById("enlarged");

for (const image of document.querySelectorAll(".figure img")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "enlarge";
  button.title = "Enlarge";
  image.replaceWith(button);
  button.append(image);
  button.addEventListener("click", () => {
    const heading = button.closest(".figure").querySelector("h3");
    dialog.querySelector("h2").textContent = heading.textContent;
    dialog.querySelector(".scroll").replaceChildren(image.cloneNode());
    dialog.showModal();
  });
}
dialog.querySelector("button").addEventListener("click", () => dialog.close());
// The dialog has no padding of its own: a click on the element itself is a click outside.
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
