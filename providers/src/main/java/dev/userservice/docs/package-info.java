/** The OpenAPI document and the page on which every route can be tried. */
package dev.userservice.docs;
