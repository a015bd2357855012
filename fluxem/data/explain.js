// Shows one question at a time, and of it the steps up to one. Without this, the page shows all of them.
"use strict";
(() => {
  const questions = [...document.querySelectorAll(".question")];
  const links = [...document.querySelectorAll("nav a")];
  const controls = document.querySelector(".controls");
  const where = document.querySelector(".where");
  const buttons = [...document.querySelectorAll("[data-go]")];
  let question = 0;
  let step = 0;

  const stepsOf = (at) => [...questions[at].querySelectorAll(".step")];

  // Whether one can go there from here.
  const can = (what, by) =>
    what === "step" ? step + by >= 0 && step + by < stepsOf(question).length : question + by >= 0 && question + by < questions.length;

  function show() {
    const steps = stepsOf(question);
    questions.forEach((each, at) => each.classList.toggle("shown", at === question));
    steps.forEach((each, at) => {
      each.classList.toggle("later", at > step);
      each.classList.toggle("current", at === step);
    });
    links.forEach((link, at) =>
      at === question ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
    where.textContent = step === steps.length - 1 ? "the answer" : `step ${step + 1} of ${steps.length - 1}`;
    buttons.forEach((button) => { button.disabled = !can(button.dataset.go, Number(button.dataset.by)); });
  }

  function go(what, by) {
    if (!can(what, by)) return;
    if (what === "step") step += by;
    else [question, step] = [question + by, 0];
    show();
    if (what === "step") stepsOf(question)[step].scrollIntoView({ block: "nearest" });
    else questions[question].scrollIntoView({ block: "start" });
  }

  const keys = { ArrowRight: ["step", 1], ArrowLeft: ["step", -1], ArrowDown: ["question", 1], ArrowUp: ["question", -1] };
  document.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(...keys[event.key]);
  });
  buttons.forEach((button) => button.addEventListener("click", () => go(button.dataset.go, Number(button.dataset.by))));
  links.forEach((link, at) => link.addEventListener("click", (event) => {
    event.preventDefault();
    go("question", at - question);
  }));

  const asked = questions.findIndex((each) => `#${each.id}` === location.hash);
  question = Math.max(asked, 0);
  document.body.classList.add("stepping");
  controls.hidden = false;
  show();
})();
