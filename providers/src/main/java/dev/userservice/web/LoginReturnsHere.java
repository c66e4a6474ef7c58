package dev.userservice.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On the method of a page to which a login in the browser returns: which query parameters are for the page's scripts. The server
 * passes over them. Those of the answer to an authorization request are RFC 6749's (4.1.2 and 4.1.2.1), RFC 9207's and OpenID
 * Connect Session Management's; an answer to a logout has {@code state} alone.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface LoginReturnsHere {
    /** What comes with the answer to a login or a logout. */
    String[] value() default {"code", "state", "session_state", "iss", "error", "error_description", "error_uri"};

    /** What else the page's scripts look for. */
    String[] also() default {};
}
