// What the page itself says, in the reader's language.
const WORDS = {
  ru: {
    people: "Люди", switch: "Сменить человека", theme: "День или ночь", menu: "Меню", messages: "Переписка",
    newest: "К последним сообщениям", attach: "Прикрепить", commands: "Команды", message: "Сообщение",
    keyboard: "Клавиатура бота", send: "Отправить", cancel: "Отмена", close: "Закрыть", ok: "Понятно",
    start: "Начать", unblock: "Разблокировать бота", block: "Заблокировать бота", clear: "Очистить переписку",
    language: "English", offline: "Связь потеряна, подключаемся снова…", drop: "Отпустите, чтобы отправить",
    bot: "бот", typing: "печатает", sending: "отправляет файл", edited: "изм.", you: "Вы",
    hello: "Здесь пока пусто", helloText: "Нажмите «Начать», чтобы познакомиться с ботом.",
    file: "Фото или файл", contact: "Мой номер телефона", sticker: "Стикер", phone: "Ваш номер телефона",
    caption: "Подпись", asFile: "Отправить без сжатия, файлом", upload: "Отправить файл", uploads: "Отправить файлы: {n}",
    tooBig: "Файл больше 50 МБ, Telegram такие не принимает.", failed: "Не получилось: {reason}",
    copied: "Скопировано", editing: "Изменение сообщения", today: "Сегодня", yesterday: "Вчера", silent: "Нет сообщений",
    photo: "Фотография", noCommands: "Бот ещё не назвал своих команд", link: "Адрес ссылки",
    article: "Сообщение с оформлением", tools: "Оформление", heading: "Заголовок", bold: "Жирный", italic: "Курсив",
    list: "Список", numbers: "Нумерованный список", quote: "Цитата", table: "Таблица", picture: "Картинка",
    linkButton: "Кнопка со ссылкой", rule: "Черта", column: "Столбец", buttonLine: "Надпись и адрес: В магазин example.org",
    units: ["Б", "КБ", "МБ"],
  },
  en: {
    people: "People", switch: "Switch person", theme: "Day or night", menu: "Menu", messages: "Conversation",
    newest: "To the latest messages", attach: "Attach", commands: "Commands", message: "Message",
    keyboard: "Bot's keyboard", send: "Send", cancel: "Cancel", close: "Close", ok: "OK",
    start: "Start", unblock: "Unblock the bot", block: "Block the bot", clear: "Clear the chat",
    language: "Русский", offline: "Connection lost, trying again…", drop: "Drop to send",
    bot: "bot", typing: "is typing", sending: "is sending a file", edited: "edited", you: "You",
    hello: "Nothing here yet", helloText: "Press Start to meet the bot.",
    file: "Photo or file", contact: "My phone number", sticker: "Sticker", phone: "Your phone number",
    caption: "Caption", asFile: "Send uncompressed, as a file", upload: "Send a file", uploads: "Send files: {n}",
    tooBig: "The file is above 50 MB, which Telegram does not take.", failed: "That failed: {reason}",
    copied: "Copied", editing: "Editing a message", today: "Today", yesterday: "Yesterday", silent: "No messages",
    photo: "Photo", noCommands: "The bot has not named its commands yet", link: "Link address",
    article: "Rich message", tools: "Formatting", heading: "Heading", bold: "Bold", italic: "Italic",
    list: "List", numbers: "Numbered list", quote: "Quote", table: "Table", picture: "Picture",
    linkButton: "Button with a link", rule: "Divider", column: "Column", buttonLine: "Words and address: To the shop example.org",
    units: ["B", "KB", "MB"],
  },
};

const wanted = localStorage.getItem("language") || (navigator.language || "ru").slice(0, 2);
export const language = wanted === "en" ? "en" : navigator.language?.startsWith("ru") || wanted === "ru" ? "ru" : "en";

export function say(key, fields = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => fields[name]);
}

export function size(bytes) {
  const step = bytes < 1024 ? 0 : bytes < 1024 * 1024 ? 1 : 2;
  const number = (bytes / 1024 ** step).toLocaleString(language, { maximumFractionDigits: step === 2 ? 1 : 0 });
  return `${number} ${WORDS[language].units[step]}`;
}

export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function day(seconds) {
  const date = new Date(seconds * 1000), now = new Date();
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString(language, { day: "numeric", month: "long", year });
}

export function otherLanguage() {
  localStorage.setItem("language", language === "ru" ? "en" : "ru");
  location.reload();
}

export function label(root) {
  document.documentElement.lang = language;
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.matches("button")) node.title = say(node.dataset.label);
    if (node.matches(".input")) node.dataset.place = say(node.dataset.label);
  }
  for (const node of root.querySelectorAll("[data-place]:not(.input)")) node.placeholder = say(node.dataset.place);
}
