package org.amalgam.hub;

import org.amalgam.AmalgamException;

import java.net.URI;
import java.util.Optional;

/** What a hub's refusals mean, each in a sentence. */
final class Refusals {

    private static final int LONGEST = 200;

    private final HubEnvironment environment;

    Refusals(HubEnvironment environment) {
        this.environment = environment;
    }

    /** Whether the same request may be answered later. */
    static boolean isPassing(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    /** The hub cannot answer now. */
    Unavailable passing(Answer answer) {
        String asked = answer.status() == 429 ? "asks for fewer requests (429)" : "answers " + answer.status();
        return Unavailable.putOff(Requests.host(answer.address()) + " " + asked + said(answer), answer.retryAfter());
    }

    /**
     * The hub will not answer.
     *
     * @param file the file that was asked for; empty for the repository itself
     */
    AmalgamException of(Answer answer, Repository repository, String revision, Optional<String> file) {
        String code = answer.header("X-Error-Code").orElse("");
        int status = answer.status();
        if (code.equals("GatedRepo")) {
            return gated(repository);
        }
        boolean saysNothing = code.isEmpty() && !revision.equals(HubReference.MAIN) && file.isEmpty();
        if (status == 404 && (saysNothing || code.equals("RevisionNotFound"))) {
            return new AmalgamException("the " + repository.kind() + " " + repository + " has no revision " + revision
                    + "; name a branch, a tag or a commit that " + page(repository) + " has");
        }
        if (status == 404 && file.isPresent() && !code.equals("RepoNotFound")) {
            return new AmalgamException("the " + repository.kind() + " " + repository + " has no file " + file.get()
                    + " at revision " + revision);
        }
        boolean unknown = status == 401 && environment.token().isEmpty();
        if (unknown || status == 404 || code.equals("RepoNotFound")) {
            return new AmalgamException("the hub " + environment.endpoint() + " has no " + repository.kind() + " "
                    + repository + " that "
                    + environment.token().map(token -> "this token may").orElse("everyone may")
                    + " read (" + status + "); check the name, and for a private one give a token in HF_TOKEN");
        }
        if (status == 401) {
            return new AmalgamException("the hub " + environment.endpoint()
                    + " does not accept the token (401); give a valid one in HF_TOKEN or in the file token of HF_HOME");
        }
        if (status == 403) {
            return new AmalgamException("the hub forbids access to the " + repository.kind() + " " + repository
                    + " (403" + said(answer) + "); the token needs the right to read it");
        }
        return new AmalgamException("the hub " + environment.endpoint() + " refuses the " + repository.kind() + " "
                + repository + " (" + status + said(answer) + ")");
    }

    private AmalgamException gated(Repository repository) {
        return new AmalgamException("the " + repository.kind() + " " + repository + " is gated: ask for access at "
                + page(repository) + " and "
                + environment
                        .token()
                        .map(token -> "use a token of the account that has it")
                        .orElse("give a token of that account in HF_TOKEN"));
    }

    private URI page(Repository repository) {
        return repository.page(environment.endpoint());
    }

    /** The hub's own words: printable, not long, and without the token should they repeat it. */
    private String said(Answer answer) {
        return answer.header("X-Error-Message")
                .map(text -> text.replaceAll("\\p{Cntrl}", " ").strip())
                .map(text -> environment
                        .token()
                        .map(token -> token.removedFrom(text))
                        .orElse(text))
                .map(text -> text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text)
                .map(text -> ": " + text)
                .orElse("");
    }
}
