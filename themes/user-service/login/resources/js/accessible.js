// Some pages of Keycloak's name fields by labels that lead nowhere, or bring keys to them out of turn. Where nothing is wrong,
// this does nothing.
document.addEventListener("DOMContentLoaded", () => {
    for (const label of document.querySelectorAll("label[for]")) {
        const group = label.closest(".pf-v5-c-form__group");
        const field = group?.querySelector("input:not([type=hidden]), select, textarea");
        if (field?.id && !document.getElementById(label.htmlFor)) {
            label.htmlFor = field.id;
        }
    }
    for (const element of document.querySelectorAll("[tabindex]")) {
        if (element.tabIndex > 0) {
            element.removeAttribute("tabindex");
        }
    }
});
