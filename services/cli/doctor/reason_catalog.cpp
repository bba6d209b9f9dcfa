#include "services/cli/doctor/reason_catalog.h"

#include <algorithm>

namespace easel {
namespace {

std::vector<ReasonEntry> reasons_of_requests() {
  return {
      {"INVALID_FIELD",
       Reason::kInvalidField,
       400,
       "invalid_field",
       "the request asks for something that cannot be",
       "An option, a field or a setting is unknown, has the wrong type, or a value that the model "
       "cannot do. The message names it and what is allowed; nothing was computed.",
       {"Change what the message names; `easel COMMAND --help` and docs/rest_api.md list what "
        "there is.",
        "Sizes that a model can do depend on it: `easel inspect MODEL`.",
        "In a settings file the message has the line."}},
      {"MODEL_MISSING",
       Reason::kModelMissing,
       503,
       "model_missing",
       "the model is not on this machine",
       "No folder of that name, no key of the registry, and nothing in EASEL_MODELS_DIR or the "
       "Hugging Face cache; or the folder is there but holds no model_index.json. easel downloads "
       "nothing by itself.",
       {"Run the download command that the message shows; a gated model also needs HF_TOKEN.",
        "`easel models` lists what was found and where it was looked for.",
        "A service sees its own environment: set EASEL_MODELS_DIR and EASEL_REGISTRY there too.",
        "The demo model lies beside the program; EASEL_DEMO_DIR names another place."}},
      {"COMPONENT_MISSING",
       Reason::kComponentMissing,
       503,
       "model_missing",
       "the model is there, a part of it is not",
       "model_index.json names a component whose folder or weights are not there: most often a "
       "download that was interrupted, or one that left files out.",
       {"`easel inspect MODEL` shows which component.",
        "Run the same `hf download` again: it goes on where it stopped.",
        "`--component NAME=PATH` takes the component from elsewhere."}},
      {"BAD_WEIGHTS",
       Reason::kBadWeights,
       503,
       "bad_weights",
       "a file of the model is damaged or does not fit it",
       "A weights file is cut short or has a header that cannot be, tensors are missing or have "
       "other shapes than the config says, a config is no JSON, or no family of this program knows "
       "the pipeline.",
       {"`easel inspect MODEL` names file, key, what was expected and what is there.",
        "Delete the file that it names and download it again.",
        "Take config and weights from the same revision of the model.",
        "A file of a few hundred bytes is a Git LFS pointer: fetch the real one."}},
  };
}

std::vector<ReasonEntry> reasons_of_work() {
  return {
      {"QUEUE_FULL",
       Reason::kQueueFull,
       429,
       "queue_full",
       "too many jobs wait already",
       "The worker's queue has its limit of jobs, or the gateway runs and waits for as many as it "
       "may. The request was refused before any work.",
       {"Try again after the time that Retry-After gives.",
        "Raise --queue-limit of easel-worker; a longer queue means a longer wait.",
        "`GET /api/status` shows length and limit."}},
      {"OUT_OF_MEMORY",
       Reason::kOutOfMemory,
       503,
       "out_of_memory",
       "the picture did not fit into the memory",
       "Weights and intermediate values together need more than the device has free, or than the "
       "budget allows. The worker has freed what it took and serves the next request.",
       {"Ask for a smaller picture, or fewer at once: --width, --height, --num-images.",
        "`easel plan --model MODEL --memory-budget SIZE` shows what fits and the smallest budget.",
        "End other programs that use the device; `easel doctor` shows what is free.",
        "In a container raise its memory limit; see docs/memory.md."}},
      {"INFERENCE_FAILED",
       Reason::kInferenceFailed,
       503,
       "inference_failed",
       "computing the picture failed",
       "libtorch reported an error, the picture was not finite, or one of the programs ended "
       "unexpectedly. Errors without a reason of their own count as this one too.",
       {"Read the whole message on the standard error or in the log, under the request's id.",
        "Not a finite picture: try --dtype fp32 or bf16 instead of fp16.",
        "`easel doctor` tries libtorch, the device and a small picture.",
        "If it happens again with the demo model, it is a fault of the program: report it."}},
      {"DEADLINE",
       Reason::kDeadline,
       504,
       "deadline",
       "it took longer than is allowed",
       "The caller's deadline, the route's limit or --job-seconds of the worker passed; time "
       "in the queue counts. The job stopped before its next step.",
       {"Allow more time, or ask for fewer steps or a smaller picture.",
        "Follow the events of a generation instead of waiting for its answer.",
        "`easel bench` shows how long a picture takes on this machine."}},
      {"CANCELLED",
       Reason::kCancelled,
       409,
       "cancelled",
       "somebody stopped the job",
       "Ctrl-C or SIGTERM at the command, DELETE of the generation, a caller that went away, or a "
       "worker that had to stop. Nothing was kept.",
       {"Nothing is wrong: ask again with the same seed for the same picture.",
        "A proxy that closes idle connections cancels too: raise its timeout."}},
      {"OUTPUT_FAILED",
       Reason::kOutputFailed,
       507,
       "storage_failed",
       "a result could not be written",
       "The folder is missing, read-only or full, something else has the file's name, or the "
       "gateway's data folder cannot be used: not writable, damaged, or held by another gateway.",
       {"The message names the path and the system's own words.",
        "`easel doctor` shows free space and whether the data folder can be written.",
        "Give each gateway a data folder of its own (EASEL_DATA_DIR)."}},
      {"DRAINING",
       Reason::kDraining,
       503,
       "worker_unavailable",
       "the worker is about to end",
       "It got SIGTERM: it finishes the jobs it has and takes no new ones.",
       {"Try again when it is back, in a few seconds.",
        "If it does not come back, look at what stopped it: `easel serve` starts it again only "
        "when it dies by itself."}},
  };
}

std::vector<ReasonEntry> codes_of_http() {
  return {
      {"bad_request",
       {},
       400,
       "bad_request",
       "the request is not well-formed HTTP",
       "Its head cannot be read or contradicts itself, for example two lengths of the body.",
       {"Use an ordinary HTTP client.", "Look at what a proxy in between makes of the request."}},
      {"invalid_json",
       {},
       400,
       "invalid_json",
       "the body is not JSON",
       "It is no JSON, is not UTF-8, is nested deeper than 32 levels, has a key twice, a NUL, or a "
       "number that is none.",
       {"Let a JSON library write the body.", "The message has the place."}},
      {"method_not_allowed",
       {},
       405,
       "method_not_allowed",
       "the route has no such method",
       "The address exists, the method does not.",
       {"The header Allow lists the methods; docs/rest_api.md the routes."}},
      {"not_found",
       {},
       404,
       "not_found",
       "there is nothing at this address",
       "No such route, generation or picture; ids are case-sensitive.",
       {"docs/rest_api.md lists the routes.",
        "`GET /api/generations` lists what there is in this data folder."}},
      {"timeout",
       {},
       408,
       "timeout",
       "the request did not arrive in time",
       "The connection stalled while the head or the body came.",
       {"Try again.", "On a slow line send a smaller start picture."}},
      {"too_large",
       {},
       413,
       "too_large",
       "the request is larger than is taken",
       "The body or the head is longer than the route takes; docs/rest_api.md has the limits.",
       {"Send a smaller picture, or as JPEG or WebP.", "A proxy in front may have a lower limit."}},
      {"unsupported_media_type",
       {},
       415,
       "unsupported_media_type",
       "the body is of a kind that is not taken",
       "The Content-Type is not one of the route's, or the body has a Content-Encoding.",
       {"Send Content-Type: application/json.", "Send the body uncompressed."}},
  };
}

std::vector<ReasonEntry> codes_of_access() {
  return {
      {"unauthorized",
       {},
       401,
       "unauthorized",
       "this needs credentials",
       "The gateway takes no anonymous callers here, or the API key or the session that was sent "
       "is "
       "not known, was revoked, or has expired.",
       {"Send `Authorization: Bearer KEY`; an admin makes keys (docs/operations.md).",
        "Admins log in again, or are made by `easel-gateway admin create NAME`."}},
      {"forbidden",
       {},
       403,
       "forbidden",
       "these credentials do not allow it",
       "The key lacks the scope, or a page wrote with an admin's cookie but without the CSRF token "
       "of that session, or came from an origin that is not listed, or the gateway was called by a "
       "name that it does not answer to.",
       {"Use a key with the scope that docs/rest_api.md names for the route.",
        "Pages send X-CSRF-Token as the login gave it; --admin-origin lists other origins.",
        "--allowed-host NAME has the gateway answer to that name, behind a tunnel for example."}},
      {"rate_limited",
       {},
       429,
       "rate_limited",
       "too much at once from this caller",
       "The caller has used its units of this minute or of this day, or has failed to log in too "
       "often.",
       {"Try again after Retry-After; RateLimit says how much is left.",
        "Change --rate-limit, --daily-quota or --model-cost, or the limits of the key."}},
  };
}

std::vector<ReasonEntry> codes_of_service() {
  return {
      {"busy",
       {},
       503,
       "busy",
       "too many requests at once",
       "More requests or large bodies came at once than the gateway takes, or it is about to stop.",
       {"Try again after Retry-After.", "Raise the gateway's limits (docs/operations.md)."}},
      {"conflict",
       {},
       409,
       "conflict",
       "a generation of this id exists already",
       "The request_id was used before; an id stands for one generation, for ever.",
       {"Read that generation: GET /api/generations/{id}.", "Or send a new request_id, or none."}},
      {"internal",
       {},
       500,
       "internal",
       "a fault of the gateway",
       "Something happened that nobody thought of; no detail leaves the server.",
       {"Look for the request_id in the gateway's log.", "Report it with that part of the log."}},
      {"interrupted",
       {},
       503,
       "interrupted",
       "the gateway stopped before the generation had ended",
       "It was stopped, or died and closed the open generations when it started again.",
       {"Ask again with the same seed.", "If it died, its log says why: look at its last lines."}},
      {"storage_failed",
       {},
       507,
       "storage_failed",
       "the picture or its record could not be written",
       "The disk is full, the data folder is read-only, or the database is damaged.",
       {"Free some space; `easel doctor` shows the folder and what is free.",
        "The gateway's log has the system's own words under the request_id.",
        "easel doctor --explain OUTPUT_FAILED says more."}},
      {"too_many_streams",
       {},
       429,
       "too_many_streams",
       "too many event streams are open",
       "This address, or all together, read as many event streams as the gateway serves.",
       {"Close streams that nobody reads; one a page is enough.",
        "Raise max_streams of the gateway (docs/operations.md)."}},
      {"worker_unavailable",
       {},
       503,
       "worker_unavailable",
       "the worker does not answer",
       "easel-worker is not running, is still starting or is about to end, hangs, or listens "
       "elsewhere.",
       {"`easel doctor` tries the worker's address.",
        "EASEL_WORKER_ADDRESS must be the same for gateway and worker.",
        "`easel serve` runs both and starts a worker that dies again; its log says why it died."}},
      {"worker_lost",
       {},
       503,
       "worker_lost",
       "the worker ended while it made the picture",
       "easel-worker was there and drew, then its process was gone: killed by hand or by the "
       "system when memory ran out, or it crashed. The picture's row says failed.",
       {"The system's log says whether memory was the cause: `dmesg | grep -i 'out of memory'`.",
        "Give the worker a memory budget that this machine has (--memory-budget), or ask for a "
        "smaller picture.",
        "`easel serve` starts it again by itself; without it, a service manager should.",
        "Ask again when /readyz says 200; a request that ends the worker twice is better not sent "
        "a third time."}},
  };
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::vector<ReasonEntry> make_catalog() {
  std::vector<ReasonEntry> all = reasons_of_requests();
  std::vector<ReasonEntry> codes = codes_of_http();
  for (ReasonEntry& code : codes_of_access()) codes.push_back(std::move(code));
  for (ReasonEntry& code : codes_of_service()) codes.push_back(std::move(code));
  std::sort(codes.begin(), codes.end(),
            [](const ReasonEntry& a, const ReasonEntry& b) { return a.name < b.name; });
  for (ReasonEntry& entry : reasons_of_work()) all.push_back(std::move(entry));
  for (ReasonEntry& code : codes) all.push_back(std::move(code));
  return all;
}

}  // namespace

const std::vector<ReasonEntry>& reason_catalog() {
  static const std::vector<ReasonEntry> catalog = make_catalog();
  return catalog;
}

const ReasonEntry* find_reason(std::string_view name) {
  for (const ReasonEntry& entry : reason_catalog()) {
    if (same_letters(entry.name, name)) return &entry;
  }
  return nullptr;
}

}  // namespace easel
