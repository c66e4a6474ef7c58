/** What every resource shares: errors, paging, JSON and checks of fields. It knows nothing of Keycloak. */
package dev.userservice.web;
