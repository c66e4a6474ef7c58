package dev.userservice.it;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The JUnit extension that gives all tests the one shared server of the suite, and each test class a new tenant on it. */
final class ServerExtension implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(ServerExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == TestServer.class || type == Tenant.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        ExtensionContext.Store store = context.getRoot().getStore(NAMESPACE);
        // JUnit closes everything that is in the store at the end of the run.
        store.computeIfAbsent(IdleBrowsers.class, type -> IdleBrowsers.ALL);
        TestServer server = store.computeIfAbsent(TestServer.class, type -> TestServer.ofTheSuite(), TestServer.class);
        if (parameter.getParameter().getType() == TestServer.class) {
            return server;
        }
        ExtensionContext ofClass = context;
        while (ofClass.getParent()
                .filter(parent -> parent.getTestClass().isPresent())
                .isPresent()) {
            ofClass = ofClass.getParent().orElseThrow();
        }
        return ofClass.getStore(NAMESPACE).computeIfAbsent(Tenant.class, type -> Tenant.on(server), Tenant.class);
    }
}
