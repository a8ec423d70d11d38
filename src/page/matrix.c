#include "page/matrix.h"

#include <math.h>
#include <string.h>

#define STEPS 65534

static size_t put_little(uint32_t value, size_t width, unsigned char *bytes)
{
	for (size_t i = 0; i < width; i++)
		bytes[i] = (unsigned char)(value >> (8 * i));
	return width;
}

static uint32_t step_of(double value)
{
	return value >= 0 ? (uint32_t)lround(fmin(value, 1) * STEPS) : UINT16_MAX;
}

/* The bytes of one number; returns how many. */
static size_t encode(struct db_stmt *stmt, size_t column, char form, unsigned char *bytes)
{
	bool known = db_column_type(stmt, column) != DB_NULL;
	double value = known ? db_column_real(stmt, column) : NAN;
	float number = (float)value;
	uint32_t bits = UINT32_MAX;

	switch (form) {
	case 'f':
		memcpy(&bits, &number, sizeof bits);
		break;
	case 'p':
		return put_little(step_of(value), 2, bytes);
	case 'r':
		return put_little(step_of(isinf(value) ? 1 : value / (1 + value)), 2, bytes);
	default:
		if (value >= 0 && value < UINT32_MAX)
			bits = (uint32_t)value;
	}
	return put_little(bits, 4, bytes);
}

enum err_code matrix_write(struct sink *sink, struct db_stmt *stmt, const char *forms, struct err *err)
{
	unsigned char bytes[4];
	bool row = false;

	for (;;) {
		if (db_step(stmt, &row, err) != ERR_OK)
			return err->code;
		if (!row)
			break;
		for (size_t i = 0; forms[i] != '\0'; i++)
			if (sink_put_base64(sink, bytes, encode(stmt, i, forms[i], bytes), err) != ERR_OK)
				return err->code;
	}
	db_reset(stmt);
	return ERR_OK;
}
