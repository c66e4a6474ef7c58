/** The settings of tenants and of the server, each declared once, and their tab in the admin console. */
package dev.userservice.settings;
