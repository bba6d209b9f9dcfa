// A worker's events as the REST API's event streams name and write them.
#pragma once

#include <string>
#include <string_view>

#include "gateway/event_log.h"
#include "gateway/image_worker.h"
#include "storage/generation_record.h"

namespace easel {

// Appends the event; pictures and the result are not events of this kind: they are stored first.
void append_event(EventLog& log, std::string_view generation_id, const WorkerEvent& event);

// "image_ready", of a picture that is stored.
void append_image_ready(EventLog& log, std::string_view generation_id, const GenerationFile& file);

}  // namespace easel
