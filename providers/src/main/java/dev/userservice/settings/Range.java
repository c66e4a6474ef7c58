package dev.userservice.settings;

/** Whole numbers of a unit, from the least to the greatest that a setting may have. */
record Range(String unit, int min, int max) {
    /** What a value is, for a reader. */
    String valueFormat() {
        return unit + ", " + min + " to " + max;
    }

    /**
     * Reads a number.
     *
     * @throws IllegalArgumentException for one beyond the range, and for what is none
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
