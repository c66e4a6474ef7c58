package dev.userservice.hashes;

/** A password that a system keeps as it is. */
record PlainText(Bytes password) implements Scheme {
    PlainText {
        Caps.check("The number of bytes of a password in plain text", password.length(), 1, Caps.PASSWORD);
    }

    @Override
    public boolean matches(byte[] typed, byte[] pepper) {
        return password.isEqual(typed);
    }

    @Override
    public boolean isWeak() {
        return true;
    }
}
