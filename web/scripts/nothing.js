// In place of libraries that jspdf loads to draw HTML, which the console does not.
export default undefined;
