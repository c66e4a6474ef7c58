package dev.userservice.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the method of a page to which a login in the browser returns, and lists the query parameters for the page's
 * scripts, which the server ignores. The parameters of an authorization response are defined in RFC 6749 (4.1.2 and
 * 4.1.2.1), RFC 9207 and OpenID Connect Session Management; the response to a logout has only {@code state}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface LoginReturnsHere {
    /** The parameters of the response to a login or a logout. */
    String[] value() default {"code", "state", "session_state", "iss", "error", "error_description", "error_uri"};

    /** Further parameters that the page's scripts read. */
    String[] also() default {};
}
