/** The settings of tenants and of the server, each declared once, and the tab of the admin console. */
package dev.userservice.settings;
