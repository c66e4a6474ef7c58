package dev.userservice.settings;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.keycloak.common.util.MultivaluedHashMap;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.idm.ComponentRepresentation;

/**
 * Makes Keycloak's admin REST API return the values of the realm's attributes in the component of {@link SettingsTab}.
 * If the component is not stored yet, it is returned without an id, and saving it creates it.
 */
@Provider
public final class SettingsTabFilter implements ContainerResponseFilter {
    private static final Pattern COMPONENTS = Pattern.compile("/?admin/realms/[^/]+/components(/[^/]+)?/?");

    @Context
    KeycloakSession session;

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getStatus() != 200
                || !HttpMethod.GET.equals(request.getMethod())
                || !COMPONENTS.matcher(request.getUriInfo().getPath()).matches()) {
            return;
        }
        if (response.getEntity() instanceof ComponentRepresentation component) {
            show(component);
        } else if (response.getEntity() instanceof Stream<?> components) {
            response.setEntity(shown(components, request.getUriInfo().getQueryParameters()));
        }
    }

    private Stream<?> shown(Stream<?> components, MultivaluedMap<String, String> query) {
        String type = query.getFirst("type");
        if (type != null && !type.equals(SettingsTab.TYPE)) {
            return components;
        }
        List<Object> shown = new ArrayList<>();
        try (components) {
            components.forEach(shown::add);
        }
        boolean isThere = false;
        for (Object component : shown) {
            isThere |= component instanceof ComponentRepresentation found && show(found);
        }
        if (type != null && !isThere && isWanted(query)) {
            shown.add(unstored());
        }
        return shown.stream();
    }

    /**
     * Puts the attributes into the component of the tab.
     *
     * @return whether it is the component of the tab
     */
    private boolean show(ComponentRepresentation component) {
        boolean isOurs = SettingsTab.TYPE.equals(component.getProviderType())
                && SettingsTab.ID.equals(component.getProviderId());
        if (isOurs) {
            MultivaluedHashMap<String, String> config = new MultivaluedHashMap<>();
            TenantValues.of(realm()).forEach(config::putSingle);
            List<String> problems = mailProblems();
            if (!problems.isEmpty()) {
                config.putSingle(SettingsTab.MAIL_PROBLEM, String.join("; ", problems));
            }
            component.setConfig(config);
        }
        return isOurs;
    }

    private List<String> mailProblems() {
        List<String> problems = new ArrayList<>();
        MailServer.lack(realm())
                .ifPresentOrElse(
                        problems::add,
                        () -> session.getKeycloakSessionFactory()
                                .publish(new RealmMailShown(session, realm(), problems)));
        return problems;
    }

    /** Whether a query for the tab's type includes the tab's component. */
    private boolean isWanted(MultivaluedMap<String, String> query) {
        return isOrAbsent(query, "providerId", SettingsTab.ID)
                && isOrAbsent(query, "name", SettingsTab.NAME)
                && isOrAbsent(query, "parent", realm().getId());
    }

    private static boolean isOrAbsent(MultivaluedMap<String, String> query, String name, String value) {
        return !query.containsKey(name) || value.equals(query.getFirst(name));
    }

    private ComponentRepresentation unstored() {
        ComponentRepresentation component = new ComponentRepresentation();
        component.setName(SettingsTab.NAME);
        component.setProviderType(SettingsTab.TYPE);
        component.setProviderId(SettingsTab.ID);
        component.setParentId(realm().getId());
        show(component);
        return component;
    }

    /** Returns the realm that the request is about; Keycloak has checked that the caller may view it. */
    private RealmModel realm() {
        return session.getContext().getRealm();
    }
}
