// Lets a person try the API from its own page, with a token of theirs.
const token = document.getElementById("api-token");

function request(form) {
  const url = new URL(form.dataset.path, location.href);
  const headers = new Headers({ Accept: "application/json, image/png, */*;q=0.1" });
  const options = { method: form.dataset.operation, headers, credentials: "omit" };
  for (const field of form.querySelectorAll("[data-place]")) {
    if (field.value === "") continue;
    if (field.dataset.place === "path") {
      url.pathname = decodeURI(url.pathname).replace(`{${field.name}}`, () =>
        encodeURIComponent(field.value),
      );
    }
    if (field.dataset.place === "query") url.searchParams.set(field.name, field.value);
    if (field.dataset.place === "header") headers.set(field.name, field.value);
    if (field.dataset.place === "body") {
      options.body = field.value;
      headers.set("Content-Type", "application/json");
    }
  }
  if (token.value) headers.set("Authorization", `Bearer ${token.value}`);
  return [url, options];
}

async function shown(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (type.startsWith("image/")) {
    const picture = new Image();
    picture.alt = "The screen that was answered";
    picture.src = URL.createObjectURL(await answer.blob());
    return picture;
  }
  const text = document.createElement("pre");
  // It scrolls, so the keyboard has to reach it.
  text.tabIndex = 0;
  const body = await answer.text();
  text.textContent = type.includes("json") ? JSON.stringify(JSON.parse(body), null, 2) : body;
  return text;
}

async function send(form) {
  const output = form.querySelector("output");
  const head = document.createElement("p");
  output.hidden = false;
  output.replaceChildren("…");
  try {
    const answer = await fetch(...request(form));
    const etag = answer.headers.get("ETag");
    head.textContent = `${answer.status} ${answer.statusText}${etag ? `, ETag ${etag}` : ""}`;
    output.replaceChildren(head, await shown(answer));
  } catch (error) {
    head.textContent = `Nothing came back: ${error.message}`;
    output.replaceChildren(head);
  }
}

document.querySelector("[data-api-token]").hidden = false;
for (const form of document.querySelectorAll("form[data-operation]")) {
  form.querySelector("button").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
const named = location.hash && document.getElementById(location.hash.slice(1));
if (named instanceof HTMLDetailsElement) named.open = true;
