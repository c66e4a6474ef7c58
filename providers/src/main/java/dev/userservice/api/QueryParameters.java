package dev.userservice.api;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.LoginReturnsHere;
import dev.userservice.web.ParameterLimits;
import dev.userservice.web.StrictJson;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The query parameters of a route: those that its resource method declares, with the limits that {@link Schema} declares
 * of them. The OpenAPI document shows the same annotations, so that it cannot promise other limits than those that
 * count. If an unknown parameter, such as a filter with a misspelled name, were ignored, the response would not be what
 * the caller asked for.
 */
final class QueryParameters {
    private static final Map<Method, Map<String, ParameterLimits>> DECLARED = new ConcurrentHashMap<>();

    private QueryParameters() {}

    /**
     * Rejects a call with a parameter that its route does not declare, or with a value outside the declared limits.
     *
     * @param resource the class of the resource that answers the call
     * @param given the call's parameters
     * @throws ApiProblem 400 that names the parameters
     */
    static void requireValid(Route route, Class<?> resource, Map<String, List<String>> given) {
        if (given.isEmpty()) {
            return;
        }
        Map<String, ParameterLimits> known = of(route, resource);
        FieldErrors errors = new FieldErrors();
        new TreeMap<>(given).forEach((name, values) -> {
            Optional<ParameterLimits> limits = limits(known, name);
            if (limits.isPresent()) {
                values.forEach(value -> limits.get().check(StrictJson.printable(name), value, errors));
            } else {
                errors.add(StrictJson.printable(name), "This parameter is not known");
            }
        });
        errors.throwIfAny();
    }

    /**
     * Returns the limits of a parameter; empty if the route does not declare it. A declared name that ends with {@code .*}
     * stands for all names with this beginning.
     */
    private static Optional<ParameterLimits> limits(Map<String, ParameterLimits> known, String name) {
        int dot = name.indexOf('.');
        String family = dot < 0 || dot == name.length() - 1 ? name : name.substring(0, dot) + ".*";
        return Optional.ofNullable(known.getOrDefault(name, known.get(family)));
    }

    /** Returns the parameters that a route declares, by name. */
    static Map<String, ParameterLimits> of(Route route, Class<?> resource) {
        return DECLARED.computeIfAbsent(method(route, resource), QueryParameters::declared);
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
    private static Map<String, ParameterLimits> declared(Method method) {
        Map<String, ParameterLimits> declared = new HashMap<>();
        Arrays.stream(method.getParameters())
                .flatMap(QueryParameters::places)
                .filter(place -> place.isAnnotationPresent(QueryParam.class))
                .forEach(place ->
                        declared.put(place.getAnnotation(QueryParam.class).value(), ParameterLimits.of(place)));
        Optional.ofNullable(method.getAnnotation(LoginReturnsHere.class)).stream()
                .flatMap(page -> Stream.of(page.value(), page.also()))
                .flatMap(Arrays::stream)
                .forEach(name -> declared.put(name, ParameterLimits.NONE));
        return Map.copyOf(declared);
    }

    private static Stream<AnnotatedElement> places(Parameter parameter) {
        return parameter.isAnnotationPresent(BeanParam.class)
                ? Arrays.<AnnotatedElement>stream(parameter.getType().getDeclaredFields())
                : Stream.of(parameter);
    }
}
