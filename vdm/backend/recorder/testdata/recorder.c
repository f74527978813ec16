// A PJRT plugin that writes down the programs it is asked to compile and runs none:
// it shows on a machine without XLA what XLA would be given. It is compiled by a
// test against go-xla's pjrt_c_api.h.
//
//   RECORDER_FOLDER   programs go there as 0.mlir, 1.mlir, …
//   RECORDER_DEVICES  number of devices, 1 unless said otherwise
//   RECORDER_REFUSES  a message with which the plugin refuses its client
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pjrt_c_api.h"

struct PJRT_Error { const char* message; };
struct PJRT_DeviceDescription { int index; char name[32]; };
struct PJRT_Device { struct PJRT_DeviceDescription description; };
struct PJRT_Client { int devices; };
struct PJRT_Executable { size_t outputs; };
struct PJRT_LoadedExecutable { size_t outputs; };

enum { most_devices = 64 };
static struct PJRT_Client client;
static struct PJRT_Device devices[most_devices];
static PJRT_Device* addresses[most_devices];

static PJRT_Error* failed(const char* message) {
  PJRT_Error* e = malloc(sizeof *e);
  e->message = message;
  return e;
}

static void error_destroy(PJRT_Error_Destroy_Args* a) { free((void*)a->error); }
static void error_message(PJRT_Error_Message_Args* a) {
  a->message = a->error->message;
  a->message_size = strlen(a->message);
}
static PJRT_Error* error_code(PJRT_Error_GetCode_Args* a) {
  a->code = PJRT_Error_Code_UNIMPLEMENTED;
  return NULL;
}
static PJRT_Error* initialize(PJRT_Plugin_Initialize_Args* a) { return NULL; }
static PJRT_Error* attributes(PJRT_Plugin_Attributes_Args* a) {
  a->num_attributes = 0;
  return NULL;
}

static PJRT_Error* client_create(PJRT_Client_Create_Args* a) {
  const char* refuses = getenv("RECORDER_REFUSES");
  if (refuses && *refuses) return failed(refuses);
  const char* wanted = getenv("RECORDER_DEVICES");
  client.devices = wanted ? atoi(wanted) : 1;
  if (client.devices < 1 || client.devices > most_devices) return failed("RECORDER_DEVICES");
  for (int i = 0; i < client.devices; i++) {
    devices[i].description.index = i;
    snprintf(devices[i].description.name, sizeof devices[i].description.name, "recorder %d", i);
    addresses[i] = &devices[i];
  }
  a->client = &client;
  return NULL;
}
static PJRT_Error* client_destroy(PJRT_Client_Destroy_Args* a) { return NULL; }
static PJRT_Error* platform_name(PJRT_Client_PlatformName_Args* a) {
  a->platform_name = "recorder";
  a->platform_name_size = strlen(a->platform_name);
  return NULL;
}
static PJRT_Error* platform_version(PJRT_Client_PlatformVersion_Args* a) {
  a->platform_version = "1";
  a->platform_version_size = 1;
  return NULL;
}
static PJRT_Error* process_index(PJRT_Client_ProcessIndex_Args* a) {
  a->process_index = 0;
  return NULL;
}
static PJRT_Error* addressable_devices(PJRT_Client_AddressableDevices_Args* a) {
  a->addressable_devices = addresses;
  a->num_addressable_devices = client.devices;
  return NULL;
}
static PJRT_Error* default_assignment(PJRT_Client_DefaultDeviceAssignment_Args* a) {
  for (size_t i = 0; i < a->default_assignment_size; i++) a->default_assignment[i] = i;
  return NULL;
}
static PJRT_Error* hardware_id(PJRT_Device_LocalHardwareId_Args* a) {
  a->local_hardware_id = a->device->description.index;
  return NULL;
}
static PJRT_Error* is_addressable(PJRT_Device_IsAddressable_Args* a) {
  a->is_addressable = 1;
  return NULL;
}
static PJRT_Error* get_description(PJRT_Device_GetDescription_Args* a) {
  a->device_description = &a->device->description;
  return NULL;
}
static PJRT_Error* description_process(PJRT_DeviceDescription_ProcessIndex_Args* a) {
  a->process_index = 0;
  return NULL;
}
static PJRT_Error* description_string(PJRT_DeviceDescription_DebugString_Args* a) {
  a->debug_string = a->device_description->name;
  a->debug_string_size = strlen(a->debug_string);
  return NULL;
}

static PJRT_Error* compile(PJRT_Client_Compile_Args* a) {
  static int programs = 0;
  const char* folder = getenv("RECORDER_FOLDER");
  if (folder && *folder) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%d.mlir", folder, programs++);
    FILE* f = fopen(path, "wb");
    if (!f) return failed("cannot write to RECORDER_FOLDER");
    size_t n = fwrite(a->program->code, 1, a->program->code_size, f);
    if (fclose(f) || n != a->program->code_size) return failed("cannot write to RECORDER_FOLDER");
  }
  a->executable = calloc(1, sizeof *a->executable);
  return NULL;
}
static PJRT_Error* loaded_destroy(PJRT_LoadedExecutable_Destroy_Args* a) {
  free(a->executable);
  return NULL;
}
static PJRT_Error* get_executable(PJRT_LoadedExecutable_GetExecutable_Args* a) {
  a->executable = calloc(1, sizeof *a->executable);
  return NULL;
}
static PJRT_Error* executable_destroy(PJRT_Executable_Destroy_Args* a) {
  free(a->executable);
  return NULL;
}
static PJRT_Error* executable_name(PJRT_Executable_Name_Args* a) {
  a->executable_name = "recorded";
  a->executable_name_size = strlen(a->executable_name);
  return NULL;
}
static PJRT_Error* num_outputs(PJRT_Executable_NumOutputs_Args* a) {
  a->num_outputs = 0;
  return NULL;
}
static PJRT_Error* memory_stats(PJRT_Executable_GetCompiledMemoryStats_Args* a) { return NULL; }

static PJRT_Error* buffer_from_host(PJRT_Client_BufferFromHostBuffer_Args* a) { return failed("the recorder holds no buffers"); }
static PJRT_Error* execute(PJRT_LoadedExecutable_Execute_Args* a) { return failed("the recorder runs no programs"); }

const PJRT_Api* GetPjrtApi(void) {
  static PJRT_Api api;
  api.struct_size = PJRT_Api_STRUCT_SIZE;
  api.pjrt_api_version.struct_size = PJRT_Api_Version_STRUCT_SIZE;
  api.pjrt_api_version.major_version = PJRT_API_MAJOR;
  api.pjrt_api_version.minor_version = PJRT_API_MINOR;
  api.PJRT_Error_Destroy = error_destroy;
  api.PJRT_Error_Message = error_message;
  api.PJRT_Error_GetCode = error_code;
  api.PJRT_Plugin_Initialize = initialize;
  api.PJRT_Plugin_Attributes = attributes;
  api.PJRT_Client_Create = client_create;
  api.PJRT_Client_Destroy = client_destroy;
  api.PJRT_Client_PlatformName = platform_name;
  api.PJRT_Client_PlatformVersion = platform_version;
  api.PJRT_Client_ProcessIndex = process_index;
  api.PJRT_Client_AddressableDevices = addressable_devices;
  api.PJRT_Client_DefaultDeviceAssignment = default_assignment;
  api.PJRT_Device_LocalHardwareId = hardware_id;
  api.PJRT_Device_IsAddressable = is_addressable;
  api.PJRT_Device_GetDescription = get_description;
  api.PJRT_DeviceDescription_ProcessIndex = description_process;
  api.PJRT_DeviceDescription_DebugString = description_string;
  api.PJRT_Client_Compile = compile;
  api.PJRT_LoadedExecutable_Destroy = loaded_destroy;
  api.PJRT_LoadedExecutable_GetExecutable = get_executable;
  api.PJRT_Executable_Destroy = executable_destroy;
  api.PJRT_Executable_Name = executable_name;
  api.PJRT_Executable_NumOutputs = num_outputs;
  api.PJRT_Executable_GetCompiledMemoryStats = memory_stats;
  api.PJRT_Client_BufferFromHostBuffer = buffer_from_host;
  api.PJRT_LoadedExecutable_Execute = execute;
  return &api;
}
