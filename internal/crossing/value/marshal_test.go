package value_test

import (
	"errors"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/overlap/internal/crossing/value"
)

type (
	// sealed crosses by its methods, which also work on what a zero one holds.
	sealed struct{ text string }
	// textOnly has a structure that cannot cross, which leads to a type that cannot.
	textOnly struct {
		text    string
		Failing *failing
	}
	// promoted has MarshalBinary of time.Time, which knows nothing of Name.
	promoted struct {
		time.Time
		Name string
	}
	promotedHidden struct {
		time.Time
		hidden string
	}
	halfMarshaler struct{ hidden int }
	level         int // has a text that not all levels have
	troubled      string
)

func (s sealed) MarshalBinary() ([]byte, error) { return []byte("sealed " + s.text), nil }
func (s *sealed) UnmarshalBinary(data []byte) error {
	s.text = string(data[len("sealed "):])
	return nil
}
func (s *textOnly) MarshalText() ([]byte, error)     { return []byte(s.text), nil }
func (s *textOnly) UnmarshalText(data []byte) error  { s.text = string(data); return nil }
func (halfMarshaler) MarshalBinary() ([]byte, error) { return nil, nil }
func (l level) MarshalText() ([]byte, error)         { return nil, errors.New("no such level") }
func (l *level) UnmarshalText([]byte) error          { return errors.New("no such level") }
func (s troubled) MarshalBinary() ([]byte, error)    { return s.trouble("fail") }
func (s *troubled) UnmarshalBinary(data []byte) error {
	_, err := troubled(data).trouble("reject")
	return err
}

var errTroubled = errors.New("in trouble")

func (s troubled) trouble(verb string) ([]byte, error) {
	switch string(s) {
	case verb:
		return nil, errTroubled
	case verb + " by panic":
		panic("out of order")
	case verb + " by error panic":
		panic(errTroubled)
	}
	return []byte(s), nil
}

func TestMarshalersCarryWhatStructureCannot(t *testing.T) {
	values := []any{
		sealed{}, sealed{"letter"}, &sealed{"letter"}, []sealed{{"a"}, {"b"}}, map[sealed]sealed{{"a"}: {"b"}},
		struct{ Sealed sealed }{sealed{"inside"}}, textOnly{text: "text"}, [1]textOnly{{text: "text"}},
		netip.MustParseAddr("fe80::1%eth0"), map[netip.Addr]int{netip.MustParseAddr("127.0.0.1"): 1},
		netip.MustParsePrefix("10.0.0.0/8"), url.URL{Scheme: "http", Host: "localhost", Path: "/a b", User: url.User("me")},
	}
	for _, sent := range values {
		t.Run(reflect.TypeOf(sent).String(), func(t *testing.T) {
			if arrived := roundTripAny(t, sent); !reflect.DeepEqual(sent, arrived) {
				t.Errorf("sent %v, arrived %v", sent, arrived)
			}
		})
	}
}

// roundTripAny is roundTrip for values that have more than identical can look at.
func roundTripAny[T any](t *testing.T, sent T) T {
	t.Helper()
	from := reflect.ValueOf(sent)
	codec, err := value.For(from.Type())
	if err != nil {
		t.Fatal(err)
	}
	pointer, into := reflect.New(from.Type()), reflect.New(from.Type())
	pointer.Elem().Set(from)
	data, err := codec.Append(nil, pointer.Interface())
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, data)
	if err := codec.Decode(data, into.Interface()); err != nil {
		t.Fatal(err)
	}
	return into.Elem().Interface().(T)
}

func TestBigNumbersKeepTheirPrecision(t *testing.T) {
	precise := new(big.Float).SetPrec(500)
	if _, ok := precise.SetString("0.1"); !ok {
		t.Fatal("not a number")
	}
	if arrived := roundTripAny(t, precise); arrived.Prec() != 500 || arrived.Cmp(precise) != 0 {
		t.Errorf("%v arrived with %d bits as %v", precise, arrived.Prec(), arrived)
	}
	if sent := new(big.Int).Lsh(big.NewInt(-3), 200); roundTripAny(t, sent).Cmp(sent) != 0 {
		t.Errorf("%v arrived as another number", sent)
	}
	if arrived := roundTripAny(t, (*big.Rat)(nil)); arrived != nil {
		t.Errorf("nil arrived as %v", arrived)
	}
}

func TestStructureGoesBeforeText(t *testing.T) {
	roundTrip(t, reflect.ValueOf(level(99)))
	roundTrip(t, reflect.ValueOf(net.IP{127, 0, 0, 1}))
	roundTrip(t, reflect.ValueOf([]level{1, 2}))
}

func TestMethodsOfAnEmbeddedFieldDoNotSpeakForTheStruct(t *testing.T) {
	sent := promoted{time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), "the name"}
	if arrived := roundTripAny(t, sent); !arrived.Equal(sent.Time) || arrived.Name != sent.Name {
		t.Errorf("sent %v, arrived %v", sent, arrived)
	}
}

func TestTimeKeepsInstantAndOffset(t *testing.T) {
	east := time.FixedZone("east of here", 3*3600+30*60)
	for _, sent := range []time.Time{
		{}, time.Now(), time.Unix(0, 1).UTC(), time.Date(2026, 7, 1, 12, 0, 0, 999_999_999, east),
		time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		arrived := roundTripAny(t, sent)
		_, want := sent.Zone()
		_, got := arrived.Zone()
		if !arrived.Equal(sent) || got != want {
			t.Errorf("sent %v, arrived %v", sent, arrived)
		}
		if arrived != arrived.Round(0) {
			t.Errorf("%v arrived with a monotonic clock reading", sent)
		}
	}
}

func TestMarshalerInTroubleIsAnError(t *testing.T) {
	tests := []struct {
		sent troubled
		want string
	}{
		{"fail", "cannot encode []value_test.troubled: MarshalBinary of value_test.troubled: in trouble"},
		{"fail by panic", "cannot encode []value_test.troubled: MarshalBinary of value_test.troubled panicked: out of order"},
		{"fail by error panic",
			"cannot encode []value_test.troubled: MarshalBinary of value_test.troubled panicked: in trouble"},
		{"reject", "cannot decode []value_test.troubled: at byte 1 of 8:" +
			" UnmarshalBinary of value_test.troubled: in trouble"},
		{"reject by panic", "cannot decode []value_test.troubled: at byte 1 of 17:" +
			" UnmarshalBinary of value_test.troubled panicked: out of order"},
	}
	codec, err := value.For(reflect.TypeFor[[]troubled]())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(string(test.sent), func(t *testing.T) {
			kept, err := codec.Append([]byte("kept"), &[]troubled{test.sent})
			if err == nil {
				err = codec.Decode(kept[len("kept"):], new([]troubled))
			} else if string(kept) != "kept" {
				t.Errorf("Append failed and returned %q", kept)
			}
			if err == nil || err.Error() != test.want {
				t.Fatalf("\n got %v\nwant %s", err, test.want)
			}
			if strings.HasSuffix(test.want, errTroubled.Error()) && !errors.Is(err, errTroubled) {
				t.Errorf("%v does not wrap its cause", err)
			}
		})
	}
}
