package dev.userservice.settings;

/** The whole numbers, with their unit, that a setting may have: from {@code min} to {@code max}, both included. */
record Range(String unit, int min, int max) {
    /** Returns a description of the range for a reader. */
    String valueFormat() {
        return unit + ", " + min + " to " + max;
    }

    /**
     * Parses a number.
     *
     * @throws IllegalArgumentException for text that is no number, and for a number out of range
     */
    int parse(String text) {
        // NumberFormatException is an IllegalArgumentException.
        int number = Integer.parseInt(text);
        if (number < min || number > max) {
            throw new IllegalArgumentException("from " + min + " to " + max);
        }
        return number;
    }
}
