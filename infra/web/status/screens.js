/** Every screen of the status page: its address, its module, the catalogues it speaks from. All are open to everybody. */
const screen = (name, ...text) => ({ load: () => import(`/status/screens/${name}.js`), text });

export const SCREENS = {
  "/": screen("now"),
  "/incidents/:id": screen("incident"),
  "/confirm/:id/:code": screen("confirm"),
  "/end/:id/:code": screen("end"),
};

export const OPEN = ["/", "/incidents", "/confirm", "/end"];
