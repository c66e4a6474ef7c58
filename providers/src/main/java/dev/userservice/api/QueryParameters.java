package dev.userservice.api;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.LoginReturnsHere;
import dev.userservice.web.StrictJson;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The query parameters of a route: those that its resource method declares. If an unknown parameter, such as a filter
 * with a misspelled name, were ignored, the response would not be what the caller asked for.
 */
final class QueryParameters {
    private static final Map<Method, Set<String>> DECLARED = new ConcurrentHashMap<>();

    private QueryParameters() {}

    /**
     * Rejects a call with a parameter that its route does not declare.
     *
     * @param resource the class of the resource that answers the call
     * @param given the names of the call's parameters
     * @throws ApiProblem 400 that names the unknown parameters
     */
    static void requireKnown(Route route, Class<?> resource, Set<String> given) {
        if (given.isEmpty()) {
            return;
        }
        Set<String> known = DECLARED.computeIfAbsent(method(route, resource), QueryParameters::declared);
        FieldErrors errors = new FieldErrors();
        given.stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .forEach(name -> errors.add(StrictJson.printable(name), "This parameter is not known"));
        errors.throwIfAny();
    }

    private static Method method(Route route, Class<?> resource) {
        return Arrays.stream(resource.getMethods())
                .filter(method -> answers(method, route))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "No method of " + resource.getName() + " answers " + route.method() + " " + route.path()));
    }

    private static boolean answers(Method method, Route route) {
        Path path = method.getAnnotation(Path.class);
        return path != null
                && route.path().equals("/" + path.value())
                && Arrays.stream(method.getAnnotations())
                        .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                        .anyMatch(verb -> verb != null && verb.value().equals(route.method()));
    }

    /** Returns the declared parameters, by the annotations that JAX-RS and the OpenAPI document use too. */
    private static Set<String> declared(Method method) {
        Stream<AnnotatedElement> places = Arrays.stream(method.getParameters()).flatMap(QueryParameters::places);
        Stream<String> ofPage = Optional.ofNullable(method.getAnnotation(LoginReturnsHere.class)).stream()
                .flatMap(page -> Stream.of(page.value(), page.also()))
                .flatMap(Arrays::stream);
        return Stream.concat(
                        places.map(place -> place.getAnnotation(QueryParam.class))
                                .filter(parameter -> parameter != null)
                                .map(QueryParam::value),
                        ofPage)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Stream<AnnotatedElement> places(Parameter parameter) {
        return parameter.isAnnotationPresent(BeanParam.class)
                ? Arrays.<AnnotatedElement>stream(parameter.getType().getDeclaredFields())
                : Stream.of(parameter);
    }
}
