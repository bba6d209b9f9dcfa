#include "services/cli/cli.h"

int main(int argc, char** argv) { return easel::run_cli(argc, argv); }
