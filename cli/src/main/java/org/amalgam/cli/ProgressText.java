package org.amalgam.cli;

/** The words of a progress display. */
final class ProgressText {

    private static final int BAR = 25;

    private ProgressText() {}

    /** {@code adapting  412/500  entropy 0.413  11 s left}. */
    static String line(String what, long done, long total, String status, double seconds) {
        return what + "  " + figures(done, total, status, seconds);
    }

    /** {@code adapting  ████████████████████░░░░░  412/500  entropy 0.413  11 s left}, cut to the width. */
    static String bar(String what, long done, long total, String status, double seconds, int width) {
        int filled = (int) Math.min(BAR, BAR * Math.max(0, done) / Math.max(1, total));
        String bar = what + "  " + "█".repeat(filled) + "░".repeat(BAR - filled) + "  "
                + figures(done, total, status, seconds);
        return bar.length() <= width ? bar : bar.substring(0, Math.max(0, width));
    }

    private static String figures(long done, long total, String status, double seconds) {
        String middle = status.isEmpty() ? "" : "  " + status;
        return (done + "/" + total + middle + "  " + time(done, total, seconds)).stripTrailing();
    }

    private static String time(long done, long total, double seconds) {
        if (done >= total) {
            return duration(seconds);
        }
        return done <= 0 ? "" : duration(seconds * (total - done) / done) + " left";
    }

    /** {@code 11 s}, {@code 2 min 5 s}, {@code 1 h 5 min}. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        return whole < 3600
                ? whole / 60 + " min " + whole % 60 + " s"
                : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }
}
