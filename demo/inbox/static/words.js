// What the page itself says, in the reader's language.
const WORDS = {
  ru: {
    inbox: "Входящие", theme: "День или ночь", clear: "Удалить все письма", filter: "Адрес или тема", mails: "Письма",
    more: "Показать ещё", back: "К списку", html: "HTML", text: "Текст", headers: "Заголовки", source: "Исходник",
    from: "От", to: "Кому", date: "Пришло", unsubscribe: "Отписка", unsubscribeNow: "открыть страницу отписки",
    noSubject: "(без темы)", noHtml: "В этом письме нет HTML.", nothingFound: "Таких писем нет",
    none: "Писем ещё нет", choose: "Выберите письмо",
    noneText: "Сюда попадает всё, что отправляет Центр рассылок, на какой бы адрес оно ни шло. Письмо появится сразу, обновлять страницу не нужно.",
    smtp: "SMTP принимает письма на {smtp}, пароль любой.",
    failures: "Чтобы увидеть, как обрабатываются неудачи, добавьте к адресу клиента:",
    f5: "окончательный отказ, адреса нет; так с любым кодом 5xx",
    f4: "временный отказ; со второй попытки письмо примут; так с любым кодом 4xx",
    lost: "письмо примут, но связь оборвётся до ответа", wrong: "пароль wrong", wrongText: "сервер не примет пароль: 535",
    sure: "Удалить все письма?", units: ["Б", "КБ", "МБ"],
  },
  en: {
    inbox: "Inbox", theme: "Day or night", clear: "Delete all mails", filter: "Address or subject", mails: "Mails",
    more: "Show more", back: "To the list", html: "HTML", text: "Text", headers: "Headers", source: "Source",
    from: "From", to: "To", date: "Arrived", unsubscribe: "Unsubscribe", unsubscribeNow: "open the unsubscribe page",
    noSubject: "(no subject)", noHtml: "This mail has no HTML.", nothingFound: "No such mails",
    none: "No mails yet", choose: "Choose a mail",
    noneText: "Whatever Mail Center sends ends up here, whichever address it goes to. A mail shows at once, there is no need to reload.",
    smtp: "SMTP takes mails at {smtp}, with any password.",
    failures: "To see how failures are handled, add to a client's address:",
    f5: "refused for good, no such mailbox; any 5xx code works",
    f4: "refused for now; the second attempt is taken; any 4xx code works",
    lost: "taken, but the connection ends before the answer", wrong: "password wrong", wrongText: "the server refuses the password: 535",
    sure: "Delete all mails?", units: ["B", "KB", "MB"],
  },
};

const chosen = localStorage.getItem("language") ?? navigator.language ?? "ru";
export const language = chosen.startsWith("ru") ? "ru" : "en";

export function say(key, fields = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => fields[name]);
}

export function count(n) {
  if (language === "en") return `${n.toLocaleString("en")} ${n === 1 ? "mail" : "mails"}`;
  const word = { one: "письмо", few: "письма", many: "писем", other: "писем" }[new Intl.PluralRules("ru").select(n)];
  return `${n.toLocaleString("ru")} ${word}`;
}

export function size(bytes) {
  const step = bytes < 1024 ? 0 : bytes < 1024 * 1024 ? 1 : 2;
  return `${(bytes / 1024 ** step).toLocaleString(language, { maximumFractionDigits: step === 2 ? 1 : 0 })} ${WORDS[language].units[step]}`;
}

export function when(seconds, full = false) {
  const date = new Date(seconds * 1000);
  if (full) return date.toLocaleString(language, { dateStyle: "long", timeStyle: "medium", hourCycle: "h23" });
  const today = date.toDateString() === new Date().toDateString();
  const shape = today ? { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } : { day: "numeric", month: "short" };
  return date.toLocaleString(language, shape);
}
