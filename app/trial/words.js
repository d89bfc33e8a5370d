// Everything the question page says, and the keys it listens to.

export const EXPERIMENTS = {
  1: {
    question: "Which describes this face better?",
    options: { left: "Left", right: "Right", both: "Both", none: "None" },
    help: "There are two labels, left and right. A label gives each of eight emotions a number from 0 (not at all) "
      + "to 1 (fully), or names one emotion. Choose the label that describes the face better. Choose “Both” if they "
      + "describe it equally well, and “None” if neither describes it.",
  },
  2: {
    question: "Which of the two belongs to this face?",
    options: { left: "Left", right: "Right" },
    help: "There are two labels, left and right. A label gives each of eight emotions a number from 0 (not at all) "
      + "to 1 (fully). One label was made for this face, the other for a different face. Choose the one that belongs "
      + "to this face.",
  },
};

export const ANNOTATIONS = {
  hard_label: {
    question: "Which emotion does this face show?",
    help: "Choose the one that the face shows most.",
    keys: [[["1", "8"], "the emotions"], [["9"], "None"], [["0"], "Uncertain"], [["-"], "Non-Face"]],
  },
  soft_label: {
    question: "How strongly is each emotion shown?",
    help: "Each slider goes from 0 (not at all) to 1 (fully). Leave at 0 what the face does not show. The eight "
      + "numbers need not add up to 1.",
    keys: [[["1", "8"], "go to a slider"], [["←"], "less"], [["→"], "more"], [["⏎"], "done"]],
  },
  affect: {
    question: "How pleasant, and how excited?",
    help: "How pleasant does the face look, and how excited? Left is unpleasant, right is pleasant; down is calm, up is "
      + "excited. Choose a place on the grid, or move the two sliders: both say the same.",
    keys: [[["←"], "less pleasant"], [["→"], "more pleasant"], [["↑"], "more excited"], [["↓"], "calmer"],
      [["Shift"], "with an arrow: further"], [["⏎"], "done"]],
  },
};

export const CHOICE_OF_KEY = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "both", ArrowDown: "none",
  1: "left", 2: "right", 3: "both", 4: "none",
};
export const CAPS = { left: ["←", "1"], right: ["→", "2"], both: ["↑", "3"], none: ["↓", "4"] };

const HOUR_MS = 3600000;
const DAY_MS = 24 * HOUR_MS;
const LAST_DAYS_MS = 2 * DAY_MS;

const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

export const SAVING = {
  saved: () => "All answers saved",
  waiting: (n) => `${n} waiting`,
  offline: (n) => (n ? `Offline, nothing is lost (${n} waiting)` : "Offline, nothing is lost"),
  stopped: (n) => `${n} waiting`,
};

export const NOTICES = {
  moved: "You have gone on in another window. Here is your next question. Nothing is lost.",
  asked_again: "One answer could not be saved. We are sorry. Please answer this question again.",
  ahead: "The network is away. The next question comes as soon as it is back. Nothing is lost.",
  saving_last: "That was the last question. Please keep this page open until your last answers are saved.",
  finished: "That was the last question. Thank you!",
  unreadable: "The picture of this question does not load. We keep trying. You can also reload the page.",
  signed_out: (n) => `This browser is no longer signed in. Please open your personal link again.${kept(n)}`,
  not_yours: (n) => `Another person's link was opened in this browser. Please open your own link again.${kept(n)}`,
  foreign: (n) => `The server does not know this page. Please open your personal link again.${kept(n)}`,
  closed: (n) => "The study takes no answers at the moment. Thank you for taking part."
    + (n ? ` ${count(n, "answer")} could not be saved: this browser keeps them, and sends them if the study `
      + "opens again and you come back." : ""),
};

const kept = (n) => (n ? ` ${count(n, "answer")} kept here will be saved then.` : "");

export const BREAK = (answered) => ({
  title: "Time for a short break?",
  text: `You have answered ${number(answered)} questions. Look away from the screen for a moment, or stop here for `
    + "today: your link brings you back to this place.",
});

// "312 of 1,735 · about 40 minutes left · open for 5 days"
export function placeInWords(answered, total, left, due) {
  if (answered >= total) return `${number(total)} of ${number(total)}`;
  const place = `${number(answered + 1)} of ${number(total)}`;
  return [place, timeLeft(left), ...(due === null ? [] : [daysLeft(due)])].join(" · ");
}

// The same for a phone: "312 of 1,735 · 40 min · 5 days", and in the last two days "… · open 7 h"
export function placeInShort(answered, total, left, due) {
  if (answered >= total) return placeInWords(answered, total, left, due);
  const minutes = Math.max(1, Math.round(left / 60000));
  const time = minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
  const day = due === null ? [] : [due < HOUR_MS ? "closes soon" : doorInShort(due)];
  return [`${number(answered + 1)} of ${number(total)}`, time, ...day].join(" · ");
}

function number(n) {
  return n.toLocaleString("en");
}

// Only the last days are told by the hour.
function daysLeft(milliseconds) {
  if (milliseconds < HOUR_MS) return "closes within the hour";
  return `open for ${milliseconds < LAST_DAYS_MS ? hours(milliseconds) : days(milliseconds)}`;
}

function doorInShort(milliseconds) {
  return milliseconds < LAST_DAYS_MS ? `open ${Math.floor(milliseconds / HOUR_MS)} h` : days(milliseconds);
}

const hours = (milliseconds) => count(Math.floor(milliseconds / HOUR_MS), "hour");
const days = (milliseconds) => count(Math.floor(milliseconds / DAY_MS), "day");

export function timeLeft(milliseconds) {
  const minutes = Math.round(milliseconds / 60000);
  if (minutes < 1) return "less than a minute left";
  if (minutes < 90) return `about ${count(minutes, "minute")} left`;
  return `about ${count(Math.round(minutes / 60), "hour")} left`;
}
